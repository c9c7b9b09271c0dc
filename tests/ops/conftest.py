"""What the tests of the commands share: a deployed stack, and a way to run them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import boto3
import pytest
from rich.console import Console
from typer.testing import CliRunner

from local.authgear import User
from local.authgear.access_token import SKEW
from local.aws import REGION
from local.leaks import find_leaks
from local.sample_users import create_person
from local.system import LocalSystem
from ops.aws import AWS
from ops.cli import app
from ops.session import Session
from tests.fakes.aws_calls import answer_calls
from tests.fakes.moto_server import start_servers
from tests.ops.stack import NAME, deploy
from tests.samples.pictures import encode, quadrants


@dataclass
class Ops:
    """
    Runs commands against the local system, and keeps what they print.

    Args:
        system: Where to.

        aws: Clients.

        environment: The variables that the commands see.
    """

    system: LocalSystem
    aws: AWS
    environment: Mapping[str, str]
    denied: set[str] = field(default_factory=set)
    printed: list[str] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    stdout: str = ""  # of the last command

    def run(
        self, *arguments: str, text: str | None = None, width: int = 80
    ) -> tuple[int, str]:
        """Run a command; return exit status and what it printed, errors included."""
        out, messages = StringIO(), StringIO()
        session = Session(
            environment=self.environment,
            aws=self.aws,
            console=Console(file=out, width=width, highlight=False),
            messages=Console(file=messages, width=width, highlight=False),
            **self.changes,
        )
        result = CliRunner().invoke(app, arguments, input=text, obj=session)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.stdout = out.getvalue() + result.stdout
        self.printed.append(out.getvalue() + messages.getvalue() + result.output)
        return result.exit_code, self.printed[-1]

    def json(self, *arguments: str, **options: Any) -> tuple[int, Any]:
        """Run a command with --json; return exit status and the one document."""
        status, _ = self.run(*arguments, "--json", **options)
        return status, json.loads(self.stdout)

    @contextmanager
    def variables(self, **changes: str) -> Iterator[None]:
        """Let the stack's function have other variables for a while."""
        function = self.aws.function
        found = function.get_function_configuration(FunctionName=NAME)["Environment"]
        before = found["Variables"]
        function.update_function_configuration(
            FunctionName=NAME, Environment={"Variables": {**before, **changes}}
        )
        try:
            yield
        finally:
            function.update_function_configuration(
                FunctionName=NAME, Environment={"Variables": before}
            )

    def simulate(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer as IAM does, which moto does not."""
        [resource] = request["ResourceArns"]
        role = request["PolicySourceArn"].rpartition("/")[2]
        who = "" if role == NAME else f"{role}: "
        results = [
            {
                "EvalActionName": action,
                "EvalDecision": (
                    "implicitDeny"
                    if self.denied & {who + action, f"{who}{action} on {resource}"}
                    else "allowed"
                ),
            }
            for action in request["ActionNames"]
        ]
        return {"EvaluationResults": results}


@pytest.fixture(scope="session")
def ops_system() -> Iterator[LocalSystem]:
    """Run a system without anybody who invokes the function."""
    with start_servers() as system:
        yield system


@pytest.fixture(scope="session")
def stack(ops_system: LocalSystem, aws: AWS) -> dict[str, str]:
    """Deploy a stack; return its outputs."""
    variables = {
        name: value
        for name, value in ops_system.environment().items()
        if not name.startswith("AWS_")
    }
    return deploy(aws, variables)


@pytest.fixture(scope="session")
def aws(ops_system: LocalSystem) -> AWS:
    """Return clients of the local system alone; to make them takes a second."""
    session = boto3.Session(
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - opens nothing
        region_name=REGION,
    )
    return AWS(session, ops_system.aws.endpoint)


@pytest.fixture
def ops(ops_system: LocalSystem, aws: AWS, stack: dict[str, str]) -> Iterator[Ops]:
    """Yield a way to run commands; at the end, look for secrets in the output."""
    ops = Ops(ops_system, aws, ops_system.environment())
    answer_calls(ops.aws.iam, "SimulatePrincipalPolicy", ops.simulate)
    yield ops
    ops_system.authgear.faults.clear()
    ops_system.authgear.images.available = True
    ops_system.authgear.clock = time.time
    ops_system.authgear.token_skew = SKEW
    ops_system.put_secret()
    empty(ops)
    assert find_leaks("\n".join(ops.printed), ops_system.authgear) == []


def empty(ops: Ops) -> None:
    """Take all objects out of the bucket."""
    listed = ops.aws.s3.list_objects_v2(Bucket=ops.system.bucket)
    for item in listed.get("Contents", []):
        ops.aws.s3.delete_object(Bucket=ops.system.bucket, Key=item["Key"])


@pytest.fixture
def user(ops: Ops) -> User:
    """Create a user with every kind of attribute."""
    # Names are unique, so that an e-mail address is one user's.
    number = len(ops.system.authgear.users)
    return create_person(ops.system.authgear, f"Ada Lovelace{number}")


@pytest.fixture(scope="session")
def picture() -> bytes:
    """Return a picture of four colours."""
    return encode(quadrants(800, 600), "PNG")


@pytest.fixture
def put(ops: Ops) -> Callable[[str, bytes], None]:
    """Return what puts an object into the bucket."""
    return ops.system.put


__all__ = ["NAME", "Ops"]
