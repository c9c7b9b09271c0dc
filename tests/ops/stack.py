"""A stack as it is after a deployment, in moto."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from local.system import BUCKET, PREFIX
from ops.aws import AWS

NAME = "pictures"
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
        aws: Clients of an empty account, but for bucket and secret.

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
    bulk = aws.sqs.create_queue(QueueName=f"{name}-bulk")["QueueUrl"]
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
    }
    template = {
        "Parameters": {
            "KeyPattern": {"Type": "String", "Default": f"{PREFIX}{{user_id}}.*"}
        },
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {key: {"Value": value} for key, value in outputs.items()},
    }
    aws.cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    return outputs


def _create_function(
    aws: AWS, name: str, variables: Mapping[str, str], retry_arn: str
) -> None:
    """Create the function, its log group, and what leads to and from it."""
    role = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("handler.py", "")
    arn = aws.function.create_function(
        FunctionName=name,
        Runtime="python3.14",
        Role=role["Arn"],
        Handler="handler.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": dict(variables)},
    )["FunctionArn"]
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


def allow(aws: AWS, name: str, service: str) -> None:
    """Let a service invoke the function."""
    aws.function.add_permission(
        FunctionName=name,
        StatementId=service.partition(".")[0],
        Action="lambda:InvokeFunction",
        Principal=service,
    )


def notify(aws: AWS, arn: str, **changes: Any) -> None:
    """Have the bucket tell the function of new objects, with a mistake if wanted."""
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
