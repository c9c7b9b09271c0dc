"""The same faults on the way from AWS: real clients, sockets and answers."""

from __future__ import annotations

import json
import random
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import Session

from hard_timeout import AGAIN, hard_timeout
from local.aws import REGION, LocalAWS
from local.aws.clients import ISOLATED
from outcome import Outcome, Reason
from sync.decide import Policy
from sync.picture_job import run_in_thread
from sync.sync_tag import TAG
from tests.fakes.key_pair import KEY_PAIR
from tests.fakes.moto_server import start_moto
from tests.grid import spoils
from tests.grid.aws_faults import AWS, AWS_STEPS, AWS_TIMEOUT, BROKEN_OFF, HUNG
from tests.grid.faults import Cell, Row
from tests.grid.stage import KEY, USER_ID, Stage, find_canaries, picture
from tests.grid.wire import Exchange, Spoil, Wire
from triggers.sources import PicturesFailed

BUCKET = "pictures-example"
LASTS = 100  # times; more than one invocation can ask for anything
SHORT = 0.25  # seconds of a time-out, in place of the handler's two and three
SOON = 0.3  # seconds until the last alarm, in place of almost a minute
IN_TIME = 30.0  # seconds; half of what botocore waits by default for one answer
SEED = 8916  # whose first numbers make the client's pauses next to none


GRID = [
    pytest.param(row, step, cell, id=f"{row.name}-{step}")
    for row in AWS
    for step, cell in row.cells(AWS_STEPS)
]
# The client repeats a request by the service and the kind of body, at every step.
ONCE = [
    pytest.param(row, step, id=f"{row.name}-{step}")
    for row in AWS
    for step, cell in row.cells(AWS_STEPS)
    if step in ("secret", "download")
    if cell.passes or step not in row.unrepeated
]


@dataclass(frozen=True, kw_only=True)
class Store:
    """
    S3 and Secrets Manager, and the wire to them.

    Args:
        aws: The services.

        wire: Spoils their answers.

        session: Makes clients.

        config: The handler's.
    """

    aws: LocalAWS
    wire: Wire
    session: Session
    config: Config

    @contextmanager
    def stage(
        self,
        *,
        policy: Policy | None = None,
        timeout: float | None = None,
    ) -> Iterator[Stage]:
        """Wire the function to new clients, with an object that has no sync tag."""
        tags: Any = [{"Key": "project", "Value": "canary-tag"}]
        self.aws.s3.put_object_tagging(Bucket=BUCKET, Key=KEY, Tagging={"TagSet": tags})
        random.seed(SEED)
        with (
            closing(self._client("s3", timeout)) as s3,
            closing(self._client("secretsmanager", timeout)) as secrets_manager,
        ):
            stage = Stage(
                s3=s3,
                secrets_manager=secrets_manager,
                clock=time.monotonic,
                sleep=lambda seconds: None,
                policy=policy,
                hard_timeout=hard_timeout,
                run_during=run_in_thread,
            )
            try:
                yield stage
            finally:
                self.wire.heal()

    @property
    def tags(self) -> dict[str, str]:
        """The object's tags."""
        found = self.aws.s3.get_object_tagging(Bucket=BUCKET, Key=KEY)["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in found}

    def _client(self, service: str, timeout: float | None) -> Any:
        """Make a client as the handler does, except for address and timeouts."""
        here = Config(proxies={})
        if timeout:
            here = Config(proxies={}, connect_timeout=timeout, read_timeout=timeout)
        create: Any = self.session.create_client
        client = create(
            service,
            config=self.config.merge(here),
            endpoint_url=self.wire.endpoint,
            region_name=REGION,
            aws_access_key_id="canary-key-id",
            aws_secret_access_key="canary-key",  # noqa: S106 - opens nothing
        )
        client.meta.events.register("before-send", self.wire.divert)
        return client


@pytest.fixture(scope="module")
def store(configuration: dict[str, Any]) -> Iterator[Store]:
    """Run the services with a bucket and the secret, and the wire to them."""
    pair = {"key_id": KEY_PAIR.key_id, "private_key": KEY_PAIR.private_key}
    with start_moto() as aws, Wire.start(aws.endpoint) as wire:
        aws.s3.create_bucket(Bucket=BUCKET)
        aws.s3.put_object(Bucket=BUCKET, Key=KEY, Body=picture())
        aws.secrets.create_secret(Name="secret", SecretString=json.dumps(pair))
        yield Store(
            aws=aws,
            wire=wire,
            session=Session(session_vars=ISOLATED),
            config=Config(**configuration["aws"]),
        )


def play(store: Store, row: Row, step: str, *, times: int) -> None:
    """Let requests meet a fault; the last alarm rings soon if nothing else ends it."""

    def spoil(exchange: Exchange) -> None:
        signal.setitimer(signal.ITIMER_REAL, SOON, AGAIN)
        row.wire(exchange)

    store.wire.fail(step, spoil if row in BROKEN_OFF else row.wire, times=times)


def timeout_for(row: Row) -> float | None:
    """Return shorter time-outs where a fault uses all of them."""
    return SHORT if row in HUNG else None


def assert_heals(store: Store, stage: Stage, before: dict[str, Any]) -> None:
    """Check that the next run without a fault ends right, and nothing else changed."""
    store.wire.heal()

    stage.invoke()

    assert stage.record["outcome"] in (Outcome.SYNCED, Outcome.UNCHANGED)
    image_id = stage.record["object_id"]
    assert image_id in stage.authgear.users[USER_ID]["picture"]
    assert stage.others == before
    tags = store.tags
    assert tags.keys() == {"project", TAG}
    assert f"/{image_id}/" in tags[TAG]
    assert find_canaries("\n".join(stage.output)) == []


@pytest.mark.parametrize(("row", "step", "cell"), GRID)
def test_fault_that_lasts(store: Store, row: Row, step: str, cell: Cell) -> None:
    """Result and number of requests are those of the list, in time; and it heals."""
    requests = cell.tries * (1 if step in row.unrepeated else 2)
    if step == "secret" and row not in BROKEN_OFF:
        requests *= 2  # first in the thread that asks for the URL, then for the read
    with store.stage(timeout=timeout_for(row)) as stage:
        before = stage.others
        play(store, row, step, times=LASTS)
        start = time.monotonic()

        answer = stage.invoke()

        assert stage.record["reason"] == cell.reason
        assert isinstance(answer, PicturesFailed) == (
            cell.reason.outcome == Outcome.FAILED
        )
        assert store.wire.attempts(step) == requests
        assert time.monotonic() - start < IN_TIME
        assert stage.others == before
        assert_heals(store, stage, before)


@pytest.mark.parametrize(("row", "step"), ONCE)
def test_fault_that_strikes_once(store: Store, row: Row, step: str) -> None:
    """A request that the client or the function repeats succeeds."""
    with store.stage(timeout=timeout_for(row)) as stage:
        before = stage.others
        play(store, row, step, times=1)

        stage.invoke()

        assert stage.record["reason"] == Reason.PICTURE_SET
        assert_heals(store, stage, before)


@pytest.mark.parametrize(
    ("step", "spoil"),
    [
        *[pytest.param(it, spoils.said_longer, id=f"longer-{it}") for it in AWS_STEPS],
        pytest.param("list", spoils.dripped_body(0.0005), id="slow-list"),
        pytest.param("download", spoils.dripped_body(0.0005), id="slow-download"),
    ],
)
def test_answer_that_will_do(store: Store, spoil: Spoil, step: str) -> None:
    """Bytes behind the answer's end are not read; one that is slow is waited for."""
    with store.stage() as stage:
        before = stage.others
        store.wire.fail(step, spoil, times=LASTS)

        stage.invoke()

        assert stage.record["reason"] == Reason.PICTURE_SET
        assert_heals(store, stage, before)


def test_page_in_place_of_a_list_removes_no_picture(store: Store) -> None:
    """Where the picture goes with the last object, an answer of S3 has to say so."""
    with store.stage(policy=Policy(remove_on_delete=True)) as stage:
        stage.invoke()
        store.wire.fail("list", spoils.answered(200, "<html></html>"), times=LASTS)

        stage.invoke()

        assert stage.record["reason"] == Reason.S3_UNAVAILABLE
        assert stage.authgear.picture_of(USER_ID)


def test_no_answer_within_the_true_time_outs(store: Store) -> None:
    """With the handler's own numbers, two attempts of three seconds are made."""
    with store.stage() as stage:
        store.wire.fail("list", spoils.hung, times=LASTS)
        start = time.monotonic()

        stage.invoke()

        assert stage.record["reason"] == Reason.S3_UNAVAILABLE
        assert store.wire.attempts("list") == 2
        assert AWS_TIMEOUT <= time.monotonic() - start < AWS_TIMEOUT + IN_TIME
