"""
Bucket and Authgear drift apart, with or without an event, in virtual time.

The bulk queue, the retry queue and S3's own events reach the function as the template
has them; its parts are those of the settings that a test chooses.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache, partial
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from authgear import AccessTokens, AdminAPI, Connection
from factory import build_reconciler, build_resyncer, specify_picture
from function import Function
from pictures.model import PictureSpec, ProfilePicture
from pictures.profile_picture import make_profile_picture
from resync.pace import BulkPace
from settings import Settings
from storage.bucket import Bucket
from tests.fakes.authgear_server import ENDPOINT
from tests.fakes.key_pair import KEY_PAIR
from tests.fakes.tokens import APP_ID
from tests.simulation.bulk import NoMetrics, make_context, wrap_failure
from tests.simulation.bulk_lane import URL, BulkLane
from tests.simulation.lambda_service import Handler, LambdaService
from tests.simulation.lanes import BulkNumbers, Lanes
from tests.simulation.limited import Time, Weather
from tests.simulation.listed_s3 import ListedS3
from tests.simulation.project import Project
from triggers.messages import Mode, Resync, write_message, write_user_check


class Drift:
    """
    A bucket, a project, and the function between them.

    Args:
        weather: Authgear's limit, if it has one.

        call: Seconds of each call to Authgear or S3; their usual ones if left out.

        environment: Variables of the function, where they are not the defaults.
    """

    def __init__(
        self, weather: Weather, *, call: float | None = None, **environment: str
    ) -> None:
        self.time, self.random = Time(), Random(1)  # noqa: S311 - hides nothing
        calls = () if call is None else (call,)
        self.authgear = Project(self.time, weather, *calls)
        self.s3 = ListedS3(self.time, *calls)
        self.lines: list[tuple[Any, Any]] = []
        self.synced_at = 0.0
        self.environment = {
            "BUCKET_NAME": self.s3.bucket,
            "AUTHGEAR_ENDPOINT": ENDPOINT,
            "AUTHGEAR_APP_ID": APP_ID,
            "AUTHGEAR_SECRET_ID": "secret",
            "BULK_QUEUE_URL": URL,
            "PICTURE_SIZE": "240",
        }
        self.deploy(**environment)
        parts: Any = {
            "time": self.time,
            "start_execution": self._start_execution,
            "random": self.random,
        }
        self.lane = BulkLane(numbers=BulkNumbers.from_template(), **parts)
        self.service = LambdaService(
            lanes=Lanes.from_template(), in_queue=wrap_failure, **parts
        )

    def deploy(self, **environment: str) -> None:
        """Change settings; executions that started earlier are not used again."""
        self.environment |= environment
        self.settings = Settings.from_env(self.environment)

    def key(self, user_id: str, extension: str = "png") -> str:
        """Return the key of one of a user's objects."""
        pattern = self.settings.key_pattern
        text = pattern.text_of_user(user_id, self.authgear.users[user_id])
        return f"{pattern.head}{text}.{extension}"

    def put(self, key: str, data: bytes) -> None:
        """Store an object, at the moment that it is; the event is lost."""
        self.s3.now = max(self.s3.now, 1_700_000_000 + int(self.time.now))
        self.s3.put(key, data)

    def report(self, key: str, name: str) -> None:
        """Deliver S3's event about an object."""
        record = {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "eventName": name,
            "s3": {"bucket": {"name": self.s3.bucket}, "object": {"key": key}},
        }
        self.service.invoke({"Records": [record]})

    def resync(self, mode: Mode = Mode.SCHEDULED) -> Counter[str]:
        """Run a resync to its end; return the counts of all ranges, zeros left out."""
        self.lines.clear()
        self.lane.send({"body": write_message(Resync(mode=mode))})
        self.lane.start()
        self.time.run()
        assert not self.lane.dead
        counts: Counter[str] = Counter()
        for _, result in self.lines:
            if "users" in result.fields:
                counts.update(result.fields)
        del counts["users"]
        return +counts

    def check(self, user_id: str) -> float:
        """Send what the hook function sends of a user; return the seconds it takes."""
        start = self.time.now
        record = {"eventSource": "aws:sqs", "messageId": "1"}
        body = {"body": write_user_check(user_id)}
        self.service.send({"Records": [record | body]})
        self.time.run()
        return self.time.now - start

    def shown(self, user_id: str) -> bytes | None:
        """Return the picture that Authgear shows, less its mark; of ours alone."""
        jpeg = self.authgear.picture_of(user_id)
        if jpeg is None:
            return None
        start = jpeg.index(b"\xff\xfe")
        length = int.from_bytes(jpeg[start + 2 : start + 4])
        return jpeg[:start] + jpeg[start + 2 + length :]

    def make(self, data: bytes) -> bytes:
        """Return the result for an object under the present settings."""
        return _make(data, specify_picture(self.settings)).data

    def _start_execution(self) -> Handler:
        """Start an execution; one of earlier settings starts anew."""
        function, built = self._build(), self.settings

        def handle(event: Any, timeout: float) -> Any:
            nonlocal function, built
            if built is not self.settings:
                function, built = self._build(), self.settings
            return function.handle(event, make_context(timeout))

        return handle

    def _build(self) -> Function:
        """Build the function of the present settings."""
        settings, spec = self.settings, specify_picture(self.settings)
        session = self.authgear.transport.session()
        connection = Connection(
            endpoint=ENDPOINT,
            user_agent="tests",
            session=session,
            share=self.random.random,
        )
        bucket = Bucket(cast(Any, self.s3), self.s3.bucket)
        admin_api = AdminAPI(connection, _tokens(settings.authgear_app_id))
        make = partial(_make_in_time, spec)
        return Function(
            bucket_name=self.s3.bucket,
            reconciler=replace(
                build_reconciler(settings, bucket, admin_api, make),
                share=self.random.random,
            ),
            resyncer=build_resyncer(
                settings, bucket, admin_api, lambda: cast(Any, self.lane)
            ),
            bulk_queue_name="bulk",
            pace=BulkPace(
                settings.bulk_requests_per_minute, lambda: connection.requests_sent
            ),
            recorder=cast(Any, SimpleNamespace(metrics=NoMetrics(), record=self._note)),
            clock=self.time.clock,
            sleep=self.time.sleep,
        )

    def _note(self, event: Any, result: Any, _: float) -> None:
        """Take a line of the function's log."""
        self.lines.append((event, result))
        if result.outcome == "synced":
            self.synced_at = self.time.now


@lru_cache(maxsize=4)
def _tokens(app_id: str) -> AccessTokens:
    """Return one access token for all time."""
    return AccessTokens(
        app_id=app_id, load_key_pair=lambda: KEY_PAIR, clock=lambda: 0.0
    )


@lru_cache(maxsize=256)
def _make(data: bytes, spec: PictureSpec) -> ProfilePicture:
    """Make each picture once."""
    return make_profile_picture(data, spec)


def _make_in_time(spec: PictureSpec, data: bytes, _: float) -> ProfilePicture:
    """Make a picture, without regard to the time left."""
    return _make(data, spec)
