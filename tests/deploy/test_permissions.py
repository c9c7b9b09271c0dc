"""Who may do what: the function's role, the bucket, and who may call the function."""

from __future__ import annotations

from typing import Any

BUCKET = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${BucketName}"}
PICTURES = {"Fn::Sub": "arn:${AWS::Partition}:s3:::${BucketName}/${KeyPrefix}*"}
RETRY_QUEUE = {"Fn::GetAtt": ["RetryQueue", "Arn"]}

# All that the function does, and on what.
EXPECTED = [
    ("s3:ListBucket", BUCKET),
    ("s3:GetObject", PICTURES),
    ("s3:GetObjectTagging", PICTURES),
    ("s3:PutObjectTagging", PICTURES),
    ("secretsmanager:GetSecretValue", {"Ref": "AuthgearSecretArn"}),
    ("kms:Decrypt", {"Ref": "KmsKeyArns"}),
    ("sqs:SendMessage", RETRY_QUEUE),
    ("sqs:ReceiveMessage", RETRY_QUEUE),
    ("sqs:DeleteMessage", RETRY_QUEUE),
    ("sqs:GetQueueAttributes", RETRY_QUEUE),
    ("logs:CreateLogStream", {"Fn::GetAtt": ["LogGroup", "Arn"]}),
    ("logs:PutLogEvents", {"Fn::GetAtt": ["LogGroup", "Arn"]}),
]


def statements(resources: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    """Return the role's statements by name, each with its condition's name or ""."""
    found = {}
    for statement in resources["FunctionRole"]["Policies"][0]["PolicyDocument"][
        "Statement"
    ]:
        condition, content, _ = statement.get("Fn::If", ("", statement, None))
        found[content["Sid"]] = (condition, content)
    return found


def as_list(value: Any) -> list[Any]:
    """Return a policy's value, which may be a list or a single thing, as a list."""
    return value if isinstance(value, list) else [value]


def test_role_allows_what_the_function_does(resources: dict[str, Any]) -> None:
    """No permission is missing and none is spare."""
    allowed = [
        (action, resource)
        for _, statement in statements(resources).values()
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]

    assert allowed == EXPECTED


def test_role_has_no_other_policies(resources: dict[str, Any]) -> None:
    """SAM adds none of its broad ones."""
    role = resources["FunctionRole"]

    assert resources["Function"]["Role"] == {"Fn::GetAtt": ["FunctionRole", "Arn"]}
    assert len(role["Policies"]) == 1
    assert "ManagedPolicyArns" not in role


def test_role_lists_under_the_prefix_only(resources: dict[str, Any]) -> None:
    """The rest of the bucket is not seen."""
    _, statement = statements(resources)["FindNewestPicture"]

    assert statement["Condition"] == {
        "StringLike": {"s3:prefix": {"Fn::Sub": "${KeyPrefix}*"}}
    }


def test_role_follows_the_switches(resources: dict[str, Any]) -> None:
    """What is switched off is not allowed either."""
    conditions = {
        sid: condition for sid, (condition, _) in statements(resources).items()
    }

    assert {sid: name for sid, name in conditions.items() if name} == {
        "RememberPicture": "Remembers",
        "DecryptPicturesAndSecret": "UsesKmsKeys",
    }


def test_bucket_alone_may_invoke(resources: dict[str, Any]) -> None:
    """S3 calls for this bucket of this account, and nobody else does."""
    permissions = [
        properties
        for properties in resources.values()
        if properties.get("Action") == "lambda:InvokeFunction"
    ]

    assert permissions == [
        {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Function"},
            "Principal": "s3.amazonaws.com",
            "SourceArn": BUCKET,
            "SourceAccount": {"Ref": "AWS::AccountId"},
        }
    ]


def test_bucket_notifies_under_the_prefix(resources: dict[str, Any]) -> None:
    """New objects wake the function always, removed ones where that is wanted."""
    notification = resources["Bucket"]["NotificationConfiguration"]
    created, removed = notification["LambdaConfigurations"]
    condition, on_removal, otherwise = removed["Fn::If"]
    prefix = {"S3Key": {"Rules": [{"Name": "prefix", "Value": {"Ref": "KeyPrefix"}}]}}

    assert created["Event"] == "s3:ObjectCreated:*"
    assert on_removal["Event"] == "s3:ObjectRemoved:*"
    assert (condition, otherwise) == ("RemovesOnDelete", {"Ref": "AWS::NoValue"})
    assert created["Filter"] == on_removal["Filter"] == prefix


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


def test_bucket_outlives_the_stack(template: dict[str, Any]) -> None:
    """Pictures are never deleted by deploying or removing the function."""
    bucket = template["Resources"]["Bucket"]

    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
