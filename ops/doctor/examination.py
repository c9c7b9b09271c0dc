"""Everything that doctor looks at, in the order in which one thing needs another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from authgear import KeyPair
from ops.deployment import Stack
from ops.doctor.answers import read_date
from ops.doctor.authgear_checks import AuthgearChecks
from ops.doctor.bucket_checks import check_bucket
from ops.doctor.check import COMMANDS, Check, Step, ask_aws, fine, not_answered, wrong
from ops.doctor.settings_checks import check_prefix, read_secret
from ops.doctor.stack_checks import StackChecks
from ops.problem import AWS_ERRORS, describe, is_denied, remedy_for
from ops.session import Session
from settings import VARIABLES, Settings, SettingsError


@dataclass(kw_only=True)
class Examination:
    """
    One run of doctor; what an early step finds out, later ones use.

    Args:
        session: The command's.

        stack_name: The stack; empty for the settings of the environment.

        upload: Whether a picture may be uploaded, which stays there forever.
    """

    session: Session
    stack_name: str
    upload: bool
    key_pair: KeyPair | None = None
    aws_skew: float | None = None  # seconds that this clock is ahead of AWS's
    # Steps that use these run after those that set them.
    stack: Stack = field(init=False)
    settings: Settings = field(init=False)

    def steps(self) -> list[Step]:
        """Return what to look at."""
        if not self.stack_name:
            return [
                Step("settings", self._settings),
                Step("prefix", self._prefix, ("settings",)),
                Step("aws", self._aws),
                *self._shared_steps(),
            ]
        return [
            Step("aws", self._aws),
            Step("stack", self._stack, ("aws",)),
            Step("settings", self._settings, ("stack",)),
            Step("prefix", self._prefix, ("settings",)),
            *self._shared_steps(),
            *(
                Step(name, self._of_stack(name), needs)
                for name, needs in StackChecks.NEEDS.items()
            ),
        ]

    def _shared_steps(self) -> list[Step]:
        """Return what to look at with and without a stack."""
        return [
            Step("secret", self._secret, ("settings", "aws")),
            *(
                Step(name, self._of_authgear(name), needs)
                for name, needs in AuthgearChecks.NEEDS.items()
            ),
            Step("bucket", self._bucket, ("settings", "aws")),
        ]

    def _aws(self) -> Check:
        """Ask AWS who asks."""
        aws = self.session.aws
        try:
            answer: dict[str, Any] = aws.sts.get_caller_identity()
        except AWS_ERRORS as error:
            remedy = remedy_for(error) or "See `aws sts get-caller-identity`."
            return wrong("aws", describe(error), remedy)
        headers = answer["ResponseMetadata"].get("HTTPHeaders", {})
        date = read_date(headers.get("date", ""))
        self.aws_skew = None if date is None else self.session.now() - date
        region, name = aws.session.region_name, answer["Arn"].partition(":")[2]
        who = name.rpartition(":")[2]
        return fine("aws", f"account {answer['Account']}, region {region}, as {who}")

    def _stack(self) -> Check:
        """Read the stack; `Problem` says that no stack has this name."""
        try:
            self.stack = Stack.read(self.session.aws, self.stack_name)
        except ClientError as error:
            if is_denied(error):
                return wrong("stack", describe(error), remedy_for(error))
            return not_answered("stack", error)
        except AWS_ERRORS as error:
            return wrong("stack", describe(error), remedy_for(error))
        return fine("stack", f"{self.stack.name} is {self.stack.status}")

    def _settings(self) -> Check:
        """Read the settings of the function or of the environment."""
        source = self.stack.environment if self.stack_name else self.session.environment
        try:
            self.settings = Settings.from_env(source)
        except SettingsError as error:
            remedy = "docs/settings.md says what is allowed."
            if not self.stack_name:
                remedy += " To look at a deployed function, name its stack: --stack."
            return wrong("settings", "; ".join(error.problems), remedy)
        return fine("settings", f"all {len(VARIABLES)} are valid")

    def _prefix(self) -> Check:
        """Look at what the pattern begins with."""
        deployed = self.stack.parameters.get("KeyPattern") if self.stack_name else None
        return check_prefix(self.settings, deployed)

    def _secret(self) -> Check:
        """Read the key pair."""
        option = ""
        if self.stack_name:
            option = f" --stack {self.stack_name} --region {self.stack.region}"
        self.key_pair, check = read_secret(self.session.aws, self.settings, option)
        return check

    def _bucket(self) -> Check:
        """List a little of the bucket, with the operator's own credentials."""
        return ask_aws("bucket", lambda: check_bucket(self.session.aws, self.settings))

    def _of_authgear(self, name: str) -> Callable[[], Check]:
        """Return a look at Authgear."""
        return lambda: self._authgear.look(name)

    @cached_property
    def _authgear(self) -> AuthgearChecks:
        """The one object that looks at Authgear, made once there are settings."""
        return AuthgearChecks(
            settings=self.settings,
            key_pair=self.key_pair,
            upload=self.upload,
            now=self.session.now,
            aws_skew=self.aws_skew,
            sleep=self.session.sleep,
        )

    def _of_stack(self, name: str) -> Callable[[], Check]:
        """Return a look at a part of the stack."""

        def look() -> Check:
            check = ask_aws(name, lambda: self._stack_checks.look(name))
            if not check.remedy.startswith(COMMANDS):
                return check
            # The operator's default region may be another one.
            return replace(check, remedy=f"{check.remedy} --region {self.stack.region}")

        return look

    @cached_property
    def _stack_checks(self) -> StackChecks:
        """The one object that looks at what is deployed, made once there is a stack."""
        return StackChecks(
            self.session.aws, self.stack, self.settings, self.session.now()
        )
