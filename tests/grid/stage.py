"""The whole function between a bucket and an Authgear that meet faults."""

from __future__ import annotations

import io
import itertools
import json
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import requests
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from PIL import Image

from authgear import AccessTokens, AdminAPI, Connection, KeyPair
from authgear.key_pair import load_key_pair
from function import CALL_RESERVE, Function
from pictures.profile_picture import PictureSpec, make_in_process
from resync.pace import BulkPace
from run_records import Recorder
from storage.bucket import Bucket
from storage.key_pattern import KeyPattern
from sync.decide import Policy
from sync.picture_job import RunDuring
from sync.reconciler import Reconciler
from sync.sync_tag import TAG
from tests.fakes.authgear_server import ENDPOINT, FakeAuthgear
from tests.fakes.clock import FakeClock
from tests.fakes.execution import failure_record
from tests.fakes.inline import run_inline
from tests.fakes.key_pair import KEY_PAIR
from tests.fakes.s3 import FakeS3
from tests.fakes.secrets import FakeSecrets
from tests.fakes.tokens import APP_ID
from triggers.sources import PicturesFailed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

EVENTS = Path(__file__).resolve().parent.parent.parent / "events"
USER_ID = "00000000-0000-4000-8000-000000000001"
KEY = f"pictures/{USER_ID}.jpg"
SECONDS = 60.0  # that Lambda gives one invocation
LATEST_END = SECONDS - CALL_RESERVE  # seconds after the start
NUMBERS = itertools.count()
SPEC = PictureSpec(size=240)
# Values that only Authgear and the function's memory may ever have.
ATTRIBUTES: dict[str, Any] = {
    "name": "canary-name",
    "email": "canary@example.com",
    "birthdate": "1815-12-10",
    "address": {"street_address": "canary-street", "country": "HK"},
}


def load_event(name: str) -> Any:
    """Return one of the events in `events/`."""
    return json.loads((EVENTS / f"{name}.json").read_text())


def picture(color: str = "red") -> bytes:
    """Return a picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (32, 32), color).save(file, "PNG")
    return file.getvalue()


def find_canaries(output: str) -> list[str]:
    """Return the secrets that an output contains."""
    event = load_event("s3-put")["Records"][0]
    secrets = [
        *("eyJ", "Bearer", "PRIVATE KEY", "x-authgear-", "X-Amz-Signature", "canary"),
        *KEY_PAIR.private_key.splitlines()[1:-1],
        ATTRIBUTES["birthdate"],
        event["requestParameters"]["sourceIPAddress"],
        event["userIdentity"]["principalId"],
    ]
    return [secret for secret in secrets if str(secret) in output]


@dataclass(frozen=True, kw_only=True)
class Context:
    """The facts that Lambda gives about an invocation."""

    milliseconds: float
    function_name: str = "pictures"

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds that are left at its start."""
        return round(self.milliseconds)


class Stage:
    """
    One user, one object, and the function that Lambda would run.

    Args:
        endpoint: Authgear's origin.

        app_id: The Authgear project.

        session: Carries requests to Authgear; `None` hands them to the fake.

        secret: The key pair in Secrets Manager; `None` is one of the tests'.

        clock: Tells the time and waits; `None` takes the virtual one.

        policy: The operator's choices.

        s3: A client of S3 in place of the fake.

        secrets_manager: A client of Secrets Manager in place of the fake.

        hard_timeout: Breaks off what takes too long.

        run_during: Lets work go on during a block.
    """

    def __init__(
        self,
        *,
        endpoint: str = ENDPOINT,
        app_id: str = APP_ID,
        session: requests.Session | None = None,
        secret: str | None = None,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], None] | None = None,
        policy: Policy | None = None,
        s3: S3Client | None = None,
        secrets_manager: SecretsManagerClient | None = None,
        hard_timeout: Callable[[float], AbstractContextManager[Any]] = nullcontext,
        run_during: RunDuring = run_inline,
    ) -> None:
        self.virtual = FakeClock()
        self.clock = clock or self.virtual
        self._sleep = sleep or self.virtual.sleep
        self.s3 = FakeS3()
        self.authgear = FakeAuthgear()
        self.authgear.add_user(USER_ID, **ATTRIBUTES)
        self.secrets = FakeSecrets(secret)
        self.s3.put(KEY, picture(), project="canary-tag")
        self.output: list[str] = []
        self.records: list[dict[str, Any]] = []
        self._log = io.StringIO()
        self._connection = Connection(
            endpoint=endpoint,
            user_agent="tests",
            session=session or self.authgear.transport.session(),
            share=lambda: 0.5,
        )
        self._bucket = Bucket(s3 or cast(Any, self.s3), self.s3.bucket)
        self._secrets_manager: Any = secrets_manager or self.secrets
        self._hard_timeout, self._run_during = hard_timeout, run_during
        self.function = self._wire(app_id, policy or Policy())

    def invoke(self, event: Any = None, seconds: float = SECONDS) -> Any:
        """
        Invoke the function as S3 does, and keep all that it lets out.

        Returns:
            Its answer, or the error that it raised.
        """
        event = load_event("s3-put") if event is None else event
        context = cast(Any, Context(milliseconds=seconds * 1000))
        metrics = io.StringIO()
        answer: Any
        with redirect_stdout(metrics):
            try:
                answer = self.function.handle(event, context)
                self.output.append(json.dumps(answer))
            except PicturesFailed as error:
                answer = error
                self.output += [*_error_texts(error, event)]
        lines = self._log.getvalue()
        self._log.seek(0)
        self._log.truncate()
        self.output += [lines, metrics.getvalue()]
        self.output += [str(item.tags.get(TAG)) for item in self.s3.objects.values()]
        # Not `splitlines`: a line may hold other line breaks of Unicode as they are.
        self.records += map(json.loads, filter(None, lines.split("\n")))
        return answer

    @property
    def record(self) -> dict[str, Any]:
        """The last log line."""
        return self.records[-1]

    @property
    def others(self) -> dict[str, Any]:
        """All the user's attributes except the picture."""
        return {
            name: value
            for name, value in self.authgear.users[USER_ID].items()
            if name != "picture"
        }

    def _wire(self, app_id: str, policy: Policy) -> Function:
        """Make the function, as the handler does."""
        tokens = AccessTokens(
            app_id=app_id,
            load_key_pair=lambda: _parsed(
                load_key_pair(self._secrets_manager, "secret")
            ),
        )
        reconciler = Reconciler(
            bucket=self._bucket,
            pattern=KeyPattern.parse("pictures/{user_id}.*"),
            admin_api=AdminAPI(self._connection, tokens),
            make_picture=make_in_process(SPEC),
            policy=policy,
            share=lambda: 0.5,
            run_during=self._run_during,
        )
        return Function(
            bucket_name=self._bucket.name,
            reconciler=reconciler,
            resyncer=cast(Any, None),  # no event of these tests is a resync
            bulk_queue_name="bulk",
            pace=BulkPace(0, lambda: 0),
            recorder=Recorder(
                # A name of its own: Powertools hands out one logger per name.
                logger=Logger(
                    service=f"stage-{next(NUMBERS)}", stream=self._log, location=None
                ),
                metrics=cast(Any, EphemeralMetrics(namespace="Tests", service="grid")),
            ),
            clock=self.clock,
            sleep=self._sleep,
            hard_timeout=self._hard_timeout,
        )


def _parsed(pair: KeyPair) -> KeyPair:
    """Parse a key once for all stages: that takes as long as all the rest."""
    return KeyPair(key_id=pair.key_id, private_key=cast(str, _parse(pair.private_key)))


@cache
def _parse(pem: str) -> Any:
    """Parse a key."""
    return load_pem_private_key(pem.encode(), None)


def _error_texts(error: Exception, event: Any) -> list[str]:
    """Return what Lambda shows of an error: its traceback, and the queue's record."""
    text = "".join(traceback.format_exception(error))
    shown = {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }
    record = failure_record(event, shown)
    # The event itself is Lambda's to keep.
    del record["requestPayload"]
    return [text, json.dumps(record)]
