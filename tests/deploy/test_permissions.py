"""Permissions: of the function's role, on the bucket, and to invoke the function."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from local.sample_users import create_person
from local.system import BUCKET, SECRET
from tests.deploy.sam import ROOT
from tests.deploy.translation import every_choice, resolve
from tests.fakes.aws_requests import AWSRequest, read_requests
from tests.fakes.execution import invoke
from tests.fakes.moto_server import start_servers
from tests.samples.events import sqs
from tests.samples.pictures import encode, quadrants
from triggers.messages import Mode, Resync
from triggers.parser import read_event

BUCKET_ARN = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${BucketName}"}
PREFIX = {"Fn::Select": [0, {"Fn::Split": ["{", {"Ref": "KeyPattern"}]}]}

# The permission that each request needs (the services' API references).
ACTIONS = {
    "GET ?list-type": "s3:ListBucket",
    "GET": "s3:GetObject",
    "GET ?tagging": "s3:GetObjectTagging",
    "PUT ?tagging": "s3:PutObjectTagging",
    "GET ?tagging&versionId": "s3:GetObjectVersionTagging",
    "PUT ?tagging&versionId": "s3:PutObjectVersionTagging",
    "GetSecretValue": "secretsmanager:GetSecretValue",
    "DetectFaces": "rekognition:DetectFaces",
}
# Services that act in the function's name, and the property that makes them do so.
BY_SERVICES = {
    "PassFailuresOn": (["sqs:SendMessage"], "RetryQueue"),
    "RetryFailures": (
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        "RetryQueue",
    ),
    "WorkInBulk": (
        [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:SendMessage",
        ],
        "BulkQueue",
    ),
    "WriteLog": (["logs:CreateLogStream", "logs:PutLogEvents"], "LogGroup"),
    "DecryptPicture": (["kms:Decrypt"], "BucketKmsKeyArn"),
    "DecryptKeyPair": (["kms:Decrypt"], "SecretKmsKeyArn"),
    "WriteTraces": (["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    "JoinVpc": (
        [
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ],
        "*",
    ),
}
SWITCHES = {
    "LookForFaces": "LooksForFaces",
    "DecryptPicture": "BucketHasKey",
    "DecryptKeyPair": "SecretHasKey",
    "WriteTraces": "Traces",
    "JoinVpc": "UsesVpc",
}


@pytest.fixture(scope="module", params=["auto", "face"])
def crop_position(request: pytest.FixtureRequest) -> str:
    """Return the setting on which the role depends, either way."""
    position: str = request.param
    return position


@pytest.fixture(scope="module")
def own(template: dict[str, Any], crop_position: str) -> dict[str, dict[str, Any]]:
    """Return what the function's own code may do, all else being switched on."""
    choice = next(
        choice
        for choice in every_choice(template)
        if choice["LooksForFaces"] == (crop_position == "face")
    )
    resources = {
        name: resource.get("Properties", {})
        for name, resource in resolve(template, choice)["Resources"].items()
    }
    granted = statements(resources)
    return {sid: it for sid, (_, it) in granted.items() if sid not in BY_SERVICES}


@pytest.fixture(scope="module")
def requests(crop_position: str) -> list[AWSRequest]:
    """
    Return what the function asks of AWS: a picture, again, a bad one, removal.

    A bucket of somebody else may have no versions; then the object itself is tagged.
    """
    settings = {"REMOVE_ON_DELETE": "true", "CROP_POSITION": crop_position}
    with start_servers() as system:
        keys = []
        for data in (encode(quadrants(90, 120), "PNG"), b"no picture", None):
            user = create_person(system.authgear, "Ada Lovelace")
            keys.append(f"pictures/{user.id}.png")
            if data is not None:
                system.put(keys[-1], data)
        known = len(read_requests(system.aws))
        events = [put_event(key) for key in [*keys, keys[0]]]
        invoke(system.environment() | settings, *events)
        found = read_requests(system.aws)[known:]
        system.aws.s3.put_bucket_versioning(
            Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
        )
        system.put(keys[0], encode(quadrants(120, 90), "PNG"))
        known = len(read_requests(system.aws))
        invoke(system.environment() | settings, put_event(keys[0]))
        return found + read_requests(system.aws)[known:]


def put_event(key: str) -> dict[str, Any]:
    """Return an event of S3 for an object."""
    s3 = {"bucket": {"name": BUCKET}, "object": {"key": key}}
    record = {"eventVersion": "2.1", "eventSource": "aws:s3", "s3": s3}
    return {"Records": [{**record, "eventName": "ObjectCreated:Put"}]}


def arn(request: AWSRequest) -> str:
    """Return what a request is about."""
    if request.service == "secretsmanager":
        return SECRET
    if request.service == "rekognition":
        return "*"
    resource, _, key = request.path.partition("/")
    lists = request.operation == "GET ?list-type"
    return f"arn:aws:s3:::{resource}" + ("" if lists else f"/{key}")


def fill(value: Any) -> str:
    """Return a resource of a statement as the local system's parameters make it."""
    if value == {"Ref": "AuthgearSecretArn"}:
        return SECRET
    if value == "*":
        return "*"
    text, given = value["Fn::Sub"], {}
    if isinstance(text, list):
        text, given = text
    assert given in ({}, {"Prefix": PREFIX})
    known = {"AWS::Partition": "aws", "BucketName": BUCKET, "Prefix": "pictures/"}
    for name, known_value in known.items():
        text = text.replace(f"${{{name}}}", known_value)
    return str(text)


def is_allowed(statement: dict[str, Any], request: AWSRequest) -> bool:
    """Tell whether a statement lets a request through."""
    if ACTIONS[request.operation] not in as_list(statement["Action"]):
        return False
    prefixes = statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix")
    listed = request.path.partition("/")[2]
    if prefixes is not None and not fnmatchcase(listed, fill(prefixes)):
        return False
    return fnmatchcase(arn(request), fill(statement["Resource"]))


def statements(
    resources: dict[str, Any], role: str = "FunctionRole"
) -> dict[str, tuple[str, Any]]:
    """Return a role's statements by name, each with its condition's name or ""."""
    found = {}
    for statement in resources[role]["Policies"][0]["PolicyDocument"]["Statement"]:
        condition, content, _ = statement.get("Fn::If", ("", statement, None))
        found[content["Sid"]] = (condition, content)
    return found


def as_list(value: Any) -> list[Any]:
    """Return a policy's value, which may be a list or a single thing, as a list."""
    return value if isinstance(value, list) else [value]


def test_role_allows_what_the_function_asks_for(
    own: dict[str, dict[str, Any]], requests: list[AWSRequest], crop_position: str
) -> None:
    """No permission is missing: every request is let through by some statement."""
    looks = {"DetectFaces"} if crop_position == "face" else set()

    asked = {request.operation for request in requests}

    assert asked == (ACTIONS.keys() - {"DetectFaces"}) | looks
    for request in requests:
        assert any(is_allowed(it, request) for it in own.values()), request


def test_role_allows_nothing_else(
    own: dict[str, dict[str, Any]], requests: list[AWSRequest]
) -> None:
    """No permission is spare: every one was used."""
    asked = {ACTIONS[request.operation] for request in requests}

    granted = [action for it in own.values() for action in as_list(it["Action"])]

    assert sorted(granted) == sorted(asked)


def test_role_allows_services_nothing_else(resources: dict[str, Any]) -> None:
    """The services that act in the function's name are those of the list above."""
    granted = {
        sid: as_list(statement["Action"])
        for sid, (_, statement) in statements(resources).items()
        if sid in BY_SERVICES
    }

    assert granted == {sid: actions for sid, (actions, _) in BY_SERVICES.items()}


def test_services_are_allowed_on_what_they_serve(resources: dict[str, Any]) -> None:
    """Lambda, S3 and Secrets Manager act for the function on one object each."""
    for sid, (_, name) in BY_SERVICES.items():
        resource = statements(resources)[sid][1]["Resource"]
        assert resource in (name, {"Ref": name}, {"Fn::GetAtt": [name, "Arn"]}), sid


def test_services_are_told_to(template: dict[str, Any]) -> None:
    """Each service has a right only if the template makes it act, and vice versa."""
    for choice in every_choice(template):
        resources = {
            name: resource.get("Properties", {})
            for name, resource in resolve(template, choice)["Resources"].items()
        }
        function = resources["Function"]

        granted = set(statements(resources))

        assert ("WriteTraces" in granted) == (
            function["TracingConfig"]["Mode"] == "Active"
        )
        assert ("JoinVpc" in granted) == ("VpcConfig" in function)
        assert "PassFailuresOn" in granted
        assert "FunctionEventInvokeConfig" in resources
        assert "RetryFailures" in granted
        assert "FunctionRetry" in resources


def test_role_has_no_other_policies(resources: dict[str, Any]) -> None:
    """SAM adds none of its broad ones."""
    role = resources["FunctionRole"]

    assert resources["Function"]["Role"] == {"Fn::GetAtt": ["FunctionRole", "Arn"]}
    assert len(role["Policies"]) == 1
    assert "ManagedPolicyArns" not in role


def test_role_follows_the_switches(resources: dict[str, Any]) -> None:
    """A right for an optional feature depends on the feature's switch."""
    conditions = {
        sid: condition for sid, (condition, _) in statements(resources).items()
    }

    assert {sid: name for sid, name in conditions.items() if name} == SWITCHES


def test_keys_decrypt_for_one_service_only(resources: dict[str, Any]) -> None:
    """The function's own code cannot use the keys directly."""
    services = {"DecryptPicture": "s3", "DecryptKeyPair": "secretsmanager"}

    for sid, service in services.items():
        condition = statements(resources)[sid][1]["Condition"]["StringEquals"]
        via = f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}"
        assert condition == {"kms:ViaService": {"Fn::Sub": via}}


def test_network_is_joined_by_lambda_only(resources: dict[str, Any]) -> None:
    """The function's own code cannot make network interfaces."""
    _, statement = statements(resources)["JoinVpc"]

    assert statement["Condition"] == {"Null": {"lambda:SourceFunctionArn": "true"}}


def test_permissions_are_documented(resources: dict[str, Any]) -> None:
    """The page on security lists what the roles may do, no more and no less."""
    page = (ROOT / "docs" / "security.md").read_text()
    cells = [row.split("|")[1] for row in page.splitlines() if row.startswith("| `")]

    documented = [
        action for cell in cells for action in re.findall("`([a-z0-9]+:.*?)`", cell)
    ]

    granted = [
        action
        for role in ("FunctionRole", "HookRole", "ResyncTimerRole")
        for _, statement in statements(resources, role).values()
        for action in as_list(statement["Action"])
    ]
    assert sorted(documented) == sorted(granted)


def test_bucket_or_rule_alone_may_invoke(resources: dict[str, Any]) -> None:
    """S3 calls for this bucket of this account, EventBridge for this rule."""
    permissions = {
        name: properties
        for name, properties in resources.items()
        if properties.get("Action") == "lambda:InvokeFunction"
    }

    of_the_hook = permissions.pop("HookInvokePermission")
    assert of_the_hook["FunctionName"] == {"Fn::GetAtt": ["HookFunction", "Arn"]}
    assert permissions == {
        "InvokePermission": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Function"},
            "Principal": "s3.amazonaws.com",
            "SourceArn": BUCKET_ARN,
            "SourceAccount": {"Ref": "AWS::AccountId"},
        },
        "ObjectRulePermission": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Function"},
            "Principal": "events.amazonaws.com",
            "SourceArn": {"Fn::GetAtt": ["ObjectRule", "Arn"]},
        },
    }


def test_rule_picks_what_the_notification_does(resources: dict[str, Any]) -> None:
    """An existing bucket sends events for the same objects as a new bucket."""
    pattern = resources["ObjectRule"]["EventPattern"]

    assert pattern["detail-type"] == [
        "Object Created",
        "Object Deleted",
        "Object Restore Completed",
    ]
    assert pattern["detail"] == {
        "bucket": {"name": [{"Ref": "BucketName"}]},
        "object": {"key": [{"prefix": PREFIX}]},
    }


def test_rule_passes_on_what_it_cannot_deliver(resources: dict[str, Any]) -> None:
    """Such events take the retry queue, whose queue takes them from this rule only."""
    queue = {"Fn::GetAtt": ["RetryQueue", "Arn"]}
    target = resources["ObjectRule"]["Targets"][0]
    _, conditional = resources["RetryQueuePolicy"]["PolicyDocument"]["Statement"]
    condition, statement, _ = conditional["Fn::If"]

    assert condition == "FindsBucket"
    assert target["Arn"] == {"Fn::GetAtt": ["Function", "Arn"]}
    assert target["DeadLetterConfig"]["Arn"] == queue
    assert (statement["Action"], statement["Resource"]) == ("sqs:SendMessage", queue)
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["ObjectRule", "Arn"]}}
    }


@pytest.mark.parametrize("name", ["RetryQueue", "DeadLetterQueue"])
def test_queues_encrypt_with_no_key_of_aws(
    resources: dict[str, Any], name: str
) -> None:
    """Other services can write to them: a key of AWS's own would admit none."""
    queue = resources[name]

    assert queue["SqsManagedSseEnabled"] is True
    assert "KmsMasterKeyId" not in queue


def test_timer_may_only_start_a_resync(resources: dict[str, Any]) -> None:
    """The scheduler of this account sends to this queue, and nothing else."""
    role, timer = resources["ResyncTimerRole"], resources["ResyncTimer"]
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    [allowed] = role["Policies"][0]["PolicyDocument"]["Statement"]
    queue = {"Fn::GetAtt": ["BulkQueue", "Arn"]}

    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
    assert (allowed["Action"], allowed["Resource"]) == ("sqs:SendMessage", queue)
    assert timer["Target"]["Arn"] == queue


def test_timer_sends_a_message_that_is_understood(resources: dict[str, Any]) -> None:
    """The scheduler's message starts a resync that repairs drift."""
    [event] = read_event(sqs(resources["ResyncTimer"]["Target"]["Input"])).events

    assert event == Resync(mode=Mode.SCHEDULED, item="m0")


def test_bucket_notifies_under_the_prefix(resources: dict[str, Any]) -> None:
    """New, removed, restored and expired objects invoke the function, each of them."""
    notification = resources["Bucket"]["NotificationConfiguration"]
    listed = notification["LambdaConfigurations"]
    prefix = {"S3Key": {"Rules": [{"Name": "prefix", "Value": PREFIX}]}}

    assert [it["Event"] for it in listed] == [
        "s3:ObjectCreated:*",
        "s3:ObjectRemoved:*",
        "s3:ObjectRestore:Completed",
        "s3:LifecycleExpiration:*",
    ]
    for it in listed:
        assert it["Filter"] == prefix
        assert it["Function"] == {"Fn::GetAtt": ["Function", "Arn"]}


def test_bucket_is_private(resources: dict[str, Any]) -> None:
    """No public access, no access lists, no plain http."""
    bucket = resources["Bucket"]
    refusal = resources["BucketPolicy"]["PolicyDocument"]["Statement"][0]

    assert list(bucket["PublicAccessBlockConfiguration"].values()) == [True] * 4
    assert bucket["OwnershipControls"] == {
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
    }
    assert (refusal["Effect"], refusal["Action"]) == ("Deny", "s3:*")
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("name", ["Bucket", "LogGroup", "DeadLetterQueue"])
def test_what_cannot_be_made_again_outlives_the_stack(
    template: dict[str, Any], name: str
) -> None:
    """Pictures, log and failures stay; a first deployment that fails leaves nothing."""
    resource = template["Resources"][name]

    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


def test_next_stack_of_this_name_can_be_deployed(resources: dict[str, Any]) -> None:
    """Resources of a deleted stack cause no conflict: CloudFormation names new ones."""
    assert "LogGroupName" not in resources["LogGroup"]
    assert "QueueName" not in resources["DeadLetterQueue"]


def test_bucket_keeps_versions(resources: dict[str, Any]) -> None:
    """A picture that was dropped by mistake can go back."""
    assert resources["Bucket"]["VersioningConfiguration"] == {"Status": "Enabled"}


def test_s3_is_that_of_this_account(resources: dict[str, Any]) -> None:
    """A bucket's name can pass to a stranger; the roles would not follow it there."""
    ours = {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}
    found = [
        statement
        for _, statement in statements(resources, "FunctionRole").values()
        if str(as_list(statement["Action"])[0]).startswith("s3:")
    ]

    assert len(found) == 3
    for statement in found:
        assert statement["Condition"]["StringEquals"] == ours


def test_roles_take_a_permissions_boundary(template: dict[str, Any]) -> None:
    """Accounts that allow no role without one can deploy the stack."""
    bounded = {True: set[str](), False: set[str]()}
    for choice in every_choice(template):
        for name, it in resolve(template, choice)["Resources"].items():
            if it["Type"] == "AWS::IAM::Role":
                boundary = it["Properties"].get("PermissionsBoundary")
                bounded[choice["HasBoundary"]].add(f"{name}: {boundary}")

    roles = ("FunctionRole", "HookRole", "ResyncTimerRole")
    given = {"Ref": "PermissionsBoundary"}
    assert bounded == {
        True: {f"{role}: {given}" for role in roles},
        False: {f"{role}: None" for role in roles},
    }


@pytest.mark.parametrize(
    ("name", "target", "action"),
    [
        ("RetryQueuePolicy", "RetryQueue", "sqs:*"),
        ("BulkQueuePolicy", "BulkQueue", "sqs:*"),
        ("DeadLetterQueuePolicy", "DeadLetterQueue", "sqs:*"),
        ("AlarmTopicPolicy", "AlarmTopic", "sns:Publish"),
    ],
)
def test_queues_and_topic_refuse_plain_http(
    template: dict[str, Any], name: str, target: str, action: str
) -> None:
    """With every switch on or off."""
    alone = {**template, "Resources": {name: template["Resources"][name]}}
    for choice in every_choice(template):
        policy = resolve(alone, choice)["Resources"][name]["Properties"]
        found = [
            it
            for it in policy["PolicyDocument"]["Statement"]
            if it["Sid"] == "RefusePlainHttp"
        ]
        assert [it["Effect"] for it in found] == ["Deny"]
        assert (found[0]["Principal"], found[0]["Action"]) == ("*", action)
        assert found[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        arn = {"Ref": target}, {"Fn::GetAtt": [target, "Arn"]}
        assert found[0]["Resource"] in arn


def test_topic_takes_alarms_of_this_account_only(resources: dict[str, Any]) -> None:
    """A policy of one's own replaces the one that lets alarms in."""
    takes, _ = resources["AlarmTopicPolicy"]["PolicyDocument"]["Statement"]

    assert (takes["Effect"], takes["Action"]) == ("Allow", "sns:Publish")
    assert takes["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert takes["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
