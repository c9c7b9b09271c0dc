"""A stack as it is after a deployment, in moto."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import yaml

from local.paths import ROOT
from local.system import BUCKET, PREFIX
from ops.aws import AWS

NAME = "pictures"
SCHEDULE = "cron(30 3 * * ? *)"
HOOK_SECRET, HOOK_KEY = "webhook-key", "example-of-a-webhook-key"
# The names that CloudFormation made, for a stack's name.
RESOURCES = {
    "ResyncTimer": "{}-ResyncTimer-1ABC",
    "ResyncTimerRole": "{}-timer",
    "HookFunction": "{}-hook",
}
LOG_GROUP = f"/aws/lambda/{NAME}"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def deploy(
    aws: AWS,
    variables: Mapping[str, str],
    *,
    name: str = NAME,
) -> dict[str, str]:
    """
    Make all that the template makes, as far as the commands look at it.

    Args:
        aws: Clients of an account with only the bucket and the secret.

        variables: The function's.

        name: The stack's and the function's.

    Returns:
        The stack's outputs.
    """
    dead = aws.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    redrive = {"deadLetterTargetArn": queue_arn(aws, dead), "maxReceiveCount": 96}
    retry = aws.sqs.create_queue(
        QueueName=f"{name}-retry", Attributes={"RedrivePolicy": json.dumps(redrive)}
    )["QueueUrl"]
    bulk = aws.sqs.create_queue(
        QueueName=f"{name}-bulk", Attributes={"RedrivePolicy": json.dumps(redrive)}
    )["QueueUrl"]
    _create_function(aws, name, variables, queue_arn(aws, retry))
    aws.function.create_event_source_mapping(
        FunctionName=name, EventSourceArn=queue_arn(aws, bulk), BatchSize=5
    )
    outputs = {
        "BucketName": BUCKET,
        "FunctionName": name,
        "RetryQueueUrl": retry,
        "BulkQueueUrl": bulk,
        "DeadLetterQueueUrl": dead,
        "HookUrl": _create_hook_function(aws, name),
    }
    _create_schedule(aws, name, queue_arn(aws, bulk))
    template = {
        "Parameters": {
            "KeyPattern": {"Type": "String", "Default": f"{PREFIX}{{user_id}}.*"},
            "ResyncSchedule": {"Type": "String", "Default": SCHEDULE},
            "HookSecretArn": {"Type": "String", "Default": put_hook_key(aws)},
        },
        # moto has no schedules. A resource whose id is its own name replaces each.
        "Resources": {
            logical_id: {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": form.format(name)},
            }
            for logical_id, form in RESOURCES.items()
        },
        "Outputs": {key: {"Value": value} for key, value in outputs.items()},
    }
    aws.cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    return outputs


def _create_function(
    aws: AWS, name: str, variables: Mapping[str, str], retry_arn: str
) -> None:
    """Create the function, its log group, and what leads to and from it."""
    arn = _create_package(aws, name, variables)
    aws.function.put_function_event_invoke_config(
        FunctionName=name,
        DestinationConfig={"OnFailure": {"Destination": retry_arn}},
    )
    aws.function.create_event_source_mapping(
        FunctionName=name, EventSourceArn=retry_arn, BatchSize=1
    )
    allow(aws, name, "s3.amazonaws.com")
    aws.logs.create_log_group(logGroupName=f"/aws/lambda/{name}")
    notify(aws, arn)


def _create_package(aws: AWS, name: str, variables: Mapping[str, str]) -> str:
    """Create a function with a role; return the function's ARN."""
    role = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("handler.py", "")
    return aws.function.create_function(
        FunctionName=name,
        Runtime="python3.14",
        Role=role["Arn"],
        Handler="handler.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": dict(variables)},
    )["FunctionArn"]


def _create_hook_function(aws: AWS, name: str) -> str:
    """Create the hook function with its log group; return its URL."""
    hook = RESOURCES["HookFunction"].format(name)
    _create_package(aws, hook, {})
    aws.logs.create_log_group(logGroupName=f"/aws/lambda/{hook}")
    made = aws.function.create_function_url_config(FunctionName=hook, AuthType="NONE")
    return made["FunctionUrl"]


def put_hook_key(aws: AWS, key: str = HOOK_KEY) -> str:
    """Store the webhook key; return the secret's ARN."""
    try:
        aws.secrets.create_secret(Name=HOOK_SECRET, SecretString=key)
    except aws.secrets.exceptions.ResourceExistsException:
        aws.secrets.put_secret_value(SecretId=HOOK_SECRET, SecretString=key)
    return aws.secrets.describe_secret(SecretId=HOOK_SECRET)["ARN"]


def _create_schedule(aws: AWS, name: str, bulk_arn: str) -> None:
    """Create the resync's schedule as the template has it."""
    timer = _template()["Resources"]["ResyncTimer"]["Properties"]
    aws.scheduler.create_schedule(
        Name=RESOURCES["ResyncTimer"].format(name),
        ScheduleExpression=SCHEDULE,
        FlexibleTimeWindow=timer["FlexibleTimeWindow"],
        Target={
            "Arn": bulk_arn,
            "RoleArn": f"arn:aws:iam::123456789012:role/{name}-timer",
            "Input": timer["Target"]["Input"],
        },
    )


def _template() -> Any:
    """Return the template, without what CloudFormation fills in."""
    return yaml.safe_load(re.sub(r"!\w+", "", (ROOT / "template.yaml").read_text()))


def allow(aws: AWS, name: str, service: str) -> None:
    """Let a service invoke the function."""
    aws.function.add_permission(
        FunctionName=name,
        StatementId=service.partition(".")[0],
        Action="lambda:InvokeFunction",
        Principal=service,
    )


def notify(aws: AWS, arn: str, **changes: Any) -> None:
    """Have the bucket send events of new objects, with a mistake if wanted."""
    rules: list[Any] = [{"Name": "prefix", "Value": changes.get("prefix", PREFIX)}]
    if "suffix" in changes:
        rules.append({"Name": "suffix", "Value": changes["suffix"]})
    aws.s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": arn,
                    "Events": [changes.get("event", "s3:ObjectCreated:*")],
                    "Filter": {"Key": {"FilterRules": rules}},
                }
            ]
        },
        SkipDestinationValidation=True,
    )


def queue_arn(aws: AWS, url: str) -> str:
    """Return a queue's ARN."""
    answer = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def drain(aws: AWS, url: str) -> None:
    """Take all messages out of a queue; a purge is allowed once a minute only."""
    while found := aws.sqs.receive_message(QueueUrl=url).get("Messages", []):
        for message in found:
            aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
