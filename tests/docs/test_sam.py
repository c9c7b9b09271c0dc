"""
Every `sam` of the documents, run as it stands.

SAM is real, and so is the template; the package is a stand-in of one file, since
tests/deploy builds the true one. AWS is moto, and CloudFormation's change sets and the
application repository are fakes.
"""

from __future__ import annotations

import re

import pytest

from settings import VARIABLES
from tests.deploy import sam
from tests.deploy.translation import REGION, translate
from tests.docs.commands import COMMANDS
from tests.docs.conftest import Account
from version import VERSION

SAM = ".venv-sam/bin/sam"
ACCOUNT = "123456789012"
GUIDED, DEPLOY, DELETE = f"{SAM} deploy --guided", f"{SAM} deploy", f"{SAM} delete"
PUBLISHED = [
    f"{SAM} package --template .aws-sam/build/template.yaml "
    "--s3-bucket YOUR_PACKAGES --output-template-file packaged.yaml",
    f"{SAM} publish --template packaged.yaml",
]
# What the documents say is asked for; whatever else is asked is answered by Enter.
ANSWERS = {
    "BucketName": "new-example",
    "AuthgearEndpoint": "https://example.authgear.cloud",
    "AuthgearAppId": "example",
    "AuthgearSecretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:a-abcdef",
}


@pytest.fixture
def built(account: Account) -> Account:
    """Put a small package where `make build` puts the true one."""
    folder = account.checkout.folder / ".aws-sam" / "build"
    (folder / "Function").mkdir(parents=True, exist_ok=True)
    (folder / "Function" / "handler.py").write_text("")
    text = (account.checkout.folder / "template.yaml").read_text()
    text = text.replace("CodeUri: src", "CodeUri: Function")
    text = text.replace("SemanticVersion: 0.0.0", f"SemanticVersion: {VERSION}")
    text = re.sub(r"(LicenseUrl|ReadmeUrl): ", r"\1: ../../", text)
    (folder / "template.yaml").write_text(text)
    return account


def test_every_sam_is_run() -> None:
    """Whoever writes such a command into a document runs it here."""
    shown = [" ".join(c.text.replace("\\\n", "").split()) for c in COMMANDS]

    commands = {text for text in shown if re.match(r"(\S+/)?sam ", text)}

    assert commands == {GUIDED, DEPLOY, DELETE, *PUBLISHED}


def test_stack_is_deployed_changed_and_deleted(built: Account) -> None:
    """Four answers are enough; they are kept, can be changed, and all can go again."""
    checkout, config = built.checkout, built.checkout.folder / "samconfig.toml"
    parameters = translate(sam.TEMPLATE.read_text())["Parameters"]
    answers = [ANSWERS.get(name, "") for name in parameters]

    first = checkout.run(GUIDED, "\n".join(["", "", *answers, *[""] * 6, "y", ""]))
    config.write_text(config.read_text().replace(r"Size=\"512\"", r"Size=\"256\""))
    second = checkout.run(DEPLOY, "y\n")
    third = checkout.run(DELETE, "y\ny\n")

    asked = re.findall(r"Parameter (\w+) \[", first)
    assert asked == list(parameters)
    for name, text in ANSWERS.items():
        assert re.fullmatch(parameters[name]["AllowedPattern"], text)
    assert "aws s3 cp picture.jpg 's3://new-example/pictures/" in first
    assert '"PictureSize": "512"' in first
    assert '"PictureSize": "256"' in second
    assert "Deleted successfully" in third


def test_template_is_published(built: Account) -> None:
    """Version, licence and README go along, from where they were packaged to."""
    for command in PUBLISHED:
        built.checkout.run(command)

    (published,) = built.repository.published
    assert published["semanticVersion"] == VERSION
    assert published["licenseUrl"].startswith("s3://packages-example/")
    assert "AWS::Serverless::Function" in published["templateBody"]
    assert all(name in published["templateBody"] for name in VARIABLES)
