"""
Every `sam` of the documents, run unchanged.

SAM is real, and so is the template, except for what MiniStack, which plays AWS, does
not know; the package is one for this machine, since tests/deploy builds the deployed
one.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from local.authgear import Authgear
from local.aws.package import host_architecture, pack
from local.aws.stack import Stack
from local.aws.template import DIFFERENCES, adapt
from local.sample_users import create_person
from tests.deploy import sam
from tests.deploy.translation import REGION, translate
from tests.docs.commands import COMMANDS
from tests.docs.system.conftest import Account
from tests.e2e.waiting import wait_until

SAM = ".venv-sam/bin/sam"
STACK = "authgear-profile-pictures"
ACCOUNT = "000000000000"
SHORT = (
    f"{SAM} deploy --parameter-overrides BucketName=NEW_BUCKET "
    "AuthgearEndpoint=https://example.authgear.cloud AuthgearAppId=example "
    "AuthgearSecretArn=SECRET_ARN"
)
CONFIGURE = [
    f"{SAM} deploy --guided --config-env {name}" for name in ("staging", "production")
]
CHOOSE = [f"{SAM} deploy --config-env {name}" for name in ("staging", "production")]
# Run by test_terraform.py.
PACKAGE = (
    f"{SAM} package --template .aws-sam/build/template.yaml "
    "--s3-bucket YOUR_PACKAGES --output-template-file packaged.yaml"
)
CHANGE = f"{SAM} deploy --parameter-overrides PictureSize=256"
GUIDED, DEPLOY, DELETE = f"{SAM} deploy --guided", f"{SAM} deploy", f"{SAM} delete"
# SAM asks the documented questions; Enter answers all others.
ANSWERS = {
    "BucketName": "new-example",
    "AuthgearEndpoint": "https://example.authgear.cloud",
    "AuthgearAppId": "example",
    "AuthgearSecretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:a-abcdef",
}


@pytest.fixture
def built(account: Account, tmp_path: Path) -> Account:
    """Put a package for this machine where `make build` puts the deployed one."""
    folder = account.checkout.folder / ".aws-sam" / "build"
    shutil.rmtree(folder, ignore_errors=True)
    package = tmp_path / "function.zip"
    pack(package)
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder / "Function")
    content = adapt(
        (account.checkout.folder / "template.yaml").read_text(), DIFFERENCES
    )
    for name in ("Function", "HookFunction"):
        content["Resources"][name]["Properties"]["CodeUri"] = "Function"
    content["Parameters"]["Architecture"]["Default"] = host_architecture()
    (folder / "template.yaml").write_text(json.dumps(content))
    return account


def test_every_sam_is_run() -> None:
    """Each `sam` command of the documents is run here."""
    shown = [" ".join(c.text.replace("\\\n", "").split()) for c in COMMANDS]

    commands = {text for text in shown if re.match(r"(\S+/)?sam ", text)}

    assert commands == {
        *(GUIDED, SHORT, CHANGE, DEPLOY, DELETE, "sam deploy --guided"),
        *(*CONFIGURE, *CHOOSE, PACKAGE),
    }


def test_stack_is_deployed_changed_and_deleted(built: Account) -> None:
    """Four answers are enough; they are kept, can be changed, and all can go again."""
    checkout, config = built.checkout, built.checkout.folder / "samconfig.toml"
    parameters = translate(sam.TEMPLATE.read_text())["Parameters"]
    answers = [ANSWERS.get(name, "") for name in parameters]

    first = checkout.run(GUIDED, "\n".join(["", "", *answers, *[""] * 6, "y", ""]))
    sizes = [picture_size(built)]
    config.write_text(config.read_text().replace(r"Size=\"512\"", r"Size=\"256\""))
    checkout.run(DEPLOY, "y\n")
    sizes.append(picture_size(built))
    third = checkout.run(DELETE, "y\ny\n")

    asked = re.findall(r"Parameter (\w+) \[", first)
    assert asked == list(parameters)
    for name, text in ANSWERS.items():
        assert re.fullmatch(parameters[name]["AllowedPattern"], text)
    assert sizes == ["512", "256"]
    assert "Deleted successfully" in third


def test_stack_is_deployed_by_one_command(built: Account) -> None:
    """The README's command needs four values; one that changes another keeps them."""
    command = SHORT.replace("NEW_BUCKET", ANSWERS["BucketName"])
    command = command.replace("SECRET_ARN", ANSWERS["AuthgearSecretArn"])

    built.checkout.run(command, "y\n")
    before = Stack(built.aws, STACK).variables
    built.checkout.run(CHANGE, "y\n")

    assert before["BUCKET_NAME"] == ANSWERS["BucketName"]
    assert before["AUTHGEAR_APP_ID"] == ANSWERS["AuthgearAppId"]
    assert before["AUTHGEAR_SECRET_ID"] == ANSWERS["AuthgearSecretArn"]
    assert before["PICTURE_SIZE"] == "512"
    changed = Stack(built.aws, STACK).variables
    assert changed == before | {"PICTURE_SIZE": "256"}


def test_staging_and_production_are_two_stacks(built: Account) -> None:
    """Each environment keeps its own answers, and is deployed by its name."""
    names = ("profile-pictures-staging", "profile-pictures")
    buckets = ("example-pictures-staging", "example-pictures")
    checkout = built.checkout
    for command, name, bucket in zip(CONFIGURE, names, buckets, strict=True):
        answers = ANSWERS | {"BucketName": bucket}
        given = [answers.get(it, "") for it in parameter_names()]
        checkout.run(command, "\n".join([name, "", *given, *[""] * 6, "y", ""]))
    config = checkout.folder / "samconfig.toml"
    staging, mark, production = config.read_text().partition("[production")
    config.write_text(
        staging.replace(r"Size=\"512\"", r"Size=\"256\"") + mark + production
    )

    checkout.run(CHOOSE[0], "y\n")
    unchanged = checkout.run(f"{CHOOSE[1]} --no-fail-on-empty-changeset", "y\n")

    variables = [Stack(built.aws, name).variables for name in names]
    assert [it["BUCKET_NAME"] for it in variables] == list(buckets)
    assert [it["PICTURE_SIZE"] for it in variables] == ["256", "512"]
    assert "No changes to deploy" in unchanged


def test_previous_version_ignores_parameters_that_it_does_not_have(
    built: Account,
) -> None:
    """What a newer version stored in samconfig.toml does not stop its deployment."""
    answers = [f"{name}={value}" for name, value in ANSWERS.items()]

    built.checkout.run(
        f"{DEPLOY} --parameter-overrides {' '.join(answers)} OfANewerVersion=true",
        "y\n",
    )

    assert picture_size(built) == "512"


def test_steps_of_the_page_lead_to_a_picture(built: Account) -> None:
    """Secret, deployment and the command that the stack names: word for word."""
    folder = built.checkout.folder
    with Authgear.start("example") as authgear:
        user = create_person(authgear, "Ada Lovelace")
        pair = {
            "key_id": authgear.key_pair.key_id,
            "private_key": authgear.key_pair.private_key,
        }
        (folder / "secret.json").write_text(json.dumps(pair))
        created = [c for c in COMMANDS if c.page == "README.md" and c.program == "aws"]
        arn = json.loads(built.checkout.run(created[0].text))
        answers = ANSWERS | {"AuthgearSecretArn": arn}
        given = [answers.get(name, "") for name in parameter_names()]
        built.checkout.run(GUIDED, "\n".join(["", "", *given, *[""] * 6, "y", ""]))
        stack = Stack(built.aws, STACK)
        # The template takes only https, for which the emulator has no certificate.
        built.aws.functions.update_function_configuration(
            FunctionName=stack.outputs["FunctionName"],
            Environment={
                "Variables": stack.variables | {"AUTHGEAR_ENDPOINT": authgear.endpoint}
            },
        )

        command = stack.outputs["NextStep"].replace("USER_ID", user.id)
        built.checkout.run(command)

        wait_until(lambda: user.picture_object_id is not None)


def parameter_names() -> list[str]:
    """Return the template's parameters, in their order."""
    return list(translate(sam.TEMPLATE.read_text())["Parameters"])


def picture_size(account: Account) -> str:
    """Return what the deployed function makes pictures of."""
    return Stack(account.aws, STACK).variables["PICTURE_SIZE"]
