"""Is Authgear there, does it take the key, and can it store pictures?"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

import authgear
from authgear import (
    AccessTokens,
    AdminAPI,
    AuthgearError,
    Budget,
    KeyPair,
    object_id,
)
from authgear.authorized import AuthorizedConnection
from factory import connect
from ops.doctor.answers import LastAnswer, explain, origin_of
from ops.doctor.check import Check, fine, warning, wrong
from ops.doctor.clocks import Clocks
from ops.doctor.image_store import check_image_store
from settings import Settings

TIME = 25.0  # seconds for each check
PRESIGN = "/_api/admin/images/upload"
GRAPHQL = "/_api/admin/graphql"
CLOUD = (".authgear.cloud", ".authgearapps.com")  # hosts that begin with the app id
KEY_REMEDY = (
    "Compare app id and key id with the portal, Advanced > Admin API, and store a key "
    "that is listed there: ops put-key."
)
HOST_REMEDY = (
    "Let the proxy before Authgear pass the Host header on, or set AuthgearEndpoint "
    "to the origin that Authgear knows itself by."
)
SCHEME_REMEDY = (
    "TLS ends at a proxy: it must send X-Forwarded-Proto: https, and Authgear needs "
    "TRUST_PROXY=true to believe it."
)


@dataclass(frozen=True)
class SignIn:
    """
    The result of the first request with a token.

    Args:
        answer: The presigned URL's object, or what went wrong.

        needs_other_clock: Whether the token was taken only with the server's own time.
    """

    answer: dict[str, Any] | AuthgearError
    needs_other_clock: bool = False


@dataclass(kw_only=True)
class AuthgearChecks:
    """
    Looks at Authgear.

    Args:
        settings: Name endpoint and app.

        key_pair: The key pair to sign with, if it could be read.

        upload: Whether a picture may be uploaded, which stays there forever.

        now: Seconds since the epoch.

        aws_skew: Seconds that this clock is ahead of AWS's, if that is known.

        sleep: Waits for a number of seconds before a request is repeated.
    """

    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        {
            "endpoint": ("settings",),
            "clock": ("endpoint",),
            "key-accepted": ("endpoint", "secret"),
            "upload-origin": ("key-accepted",),
            "app-id": ("upload-origin",),
            "users": ("key-accepted",),
            "image-store": ("upload-origin",),
        }
    )

    settings: Settings
    key_pair: KeyPair | None
    upload: bool = False
    now: Callable[[], float] = time.time
    aws_skew: float | None = None
    sleep: Callable[[float], None] = time.sleep
    clocks: Clocks = field(default_factory=Clocks)
    last: LastAnswer = field(default_factory=LastAnswer)

    def __post_init__(self) -> None:
        """Connect, and listen to what the answers' heads say."""
        session = requests.Session()
        session.hooks["response"].append(self.last.note)
        self._connection = connect(self.settings, session=session)

    def look(self, name: str) -> Check:
        """Look at one thing, by the name of its check."""
        looks = {
            "endpoint": self._endpoint,
            "clock": self._clock,
            "key-accepted": self._key_accepted,
            "upload-origin": self._upload_origin,
            "app-id": self._app_id,
            "users": self._users,
            "image-store": self._image_store,
        }
        return looks[name]()

    def _endpoint(self) -> Check:
        """Ask without a token: Authgear refuses that, and its answer has the time."""
        name, endpoint = "endpoint", self.settings.authgear_endpoint
        try:
            self._repeat(lambda budget: self._get("presign", PRESIGN, budget))
        except authgear.Forbidden:
            if "html" in self.last.content_type:
                finding = f"something before Authgear refuses {PRESIGN} with a page"
                return wrong(name, finding, "Let its firewall or proxy admit you.")
            self.clocks.note(self.now(), self.last.date, self.aws_skew)
            return fine(name, f"Authgear answers at {endpoint}")
        except AuthgearError as error:
            what = "Authgear's Admin API"
            check = explain(name, what, PRESIGN, error, self.last)
            if isinstance(error, authgear.Unexpected):
                remedy = (
                    "AuthgearEndpoint must be the project's origin, not a portal's. "
                )
                return wrong(
                    name, f"{endpoint}: {check.finding}", remedy + check.remedy
                )
            return check
        finding = f"{endpoint} answers without a token: anybody may change users"
        remedy = "Let Authgear's Admin API demand tokens."
        return warning(name, finding, remedy)

    def _clock(self) -> Check:
        """Compare clocks; those that make Authgear refuse a token are wrong."""
        is_refused = self.key_pair is not None and self._sign_in.needs_other_clock
        return self.clocks.check(is_refused=is_refused)

    def _key_accepted(self) -> Check:
        """Tell whether Authgear takes the key."""
        name, answer = "key-accepted", self._sign_in.answer
        if isinstance(answer, authgear.Forbidden):
            finding = "Authgear refuses the token: app id, key id or key is not its own"
            return wrong(name, finding, self._key_remedy())
        if isinstance(answer, AuthgearError):
            return explain(name, "Authgear's Admin API", PRESIGN, answer, self.last)
        key_id = self.key_pair.key_id if self.key_pair else ""
        return fine(name, f"Authgear takes key {key_id}")

    def _upload_origin(self) -> Check:
        """Compare the origin of upload URLs with the endpoint."""
        name, url = "upload-origin", self._upload_url
        if object_id(url) is None:
            finding = f"what answers {PRESIGN} hands out no upload URL"
            remedy = f"Let the proxy pass {PRESIGN} on to Authgear's Admin API."
            return wrong(name, finding, remedy)
        if self._connection.is_same_origin(url):
            return fine(name, "upload URLs are of the endpoint's own origin")
        ours, theirs = self.settings.authgear_endpoint, origin_of(url)
        finding = f"Authgear makes upload URLs of {theirs}, not of {ours}"
        is_scheme = ours.partition(":")[2] == theirs.partition(":")[2]
        return wrong(name, finding, SCHEME_REMEDY if is_scheme else HOST_REMEDY)

    def _app_id(self) -> Check:
        """Compare the app id with the one in the upload URL."""
        app_id = urlsplit(self._upload_url).path.split("/")[-2]
        if app_id != self.settings.authgear_app_id:
            finding = f"Authgear stores pictures of {app_id}"
            return wrong("app-id", finding, f"Set AuthgearAppId={app_id}.")
        return fine("app-id", f"it is {app_id}")

    def _users(self) -> Check:
        """Read a user that does not exist."""
        try:
            self._api.get_user(str(uuid.uuid4()), budget=self._budget())
        except authgear.UserNotFound:
            return fine("users", "users can be read")
        except authgear.Forbidden:
            finding = f"something before Authgear refuses {GRAPHQL}"
            return wrong(
                "users", finding, f"Let its firewall or proxy admit {GRAPHQL}."
            )
        except AuthgearError as error:
            what = "Authgear's Admin API"
            return explain("users", what, GRAPHQL, error, self.last)
        return wrong("users", "Authgear shows a user that does not exist", "Report it.")

    def _image_store(self) -> Check:
        """Tell whether the image store works."""
        url = self._upload_url
        image_id = str(object_id(url))
        target = authgear.UploadURL(url=url, object_id=image_id)
        picture = self._api if self.upload else None
        return check_image_store(
            self._connection, target, self.last, picture, self._budget()
        )

    @cached_property
    def _sign_in(self) -> SignIn:
        """Ask for an upload URL; where clocks differ, by the server's as well."""
        answer = self._presign(self.now)
        skew = self.clocks.skew
        if (
            isinstance(answer, authgear.Forbidden)
            and skew is not None
            and abs(skew) >= 1
        ):
            again = self._presign(lambda: self.now() - skew)
            if not isinstance(again, AuthgearError):
                return SignIn(again, needs_other_clock=True)
        return SignIn(answer)

    @property
    def _upload_url(self) -> str:
        """The presigned URL; its query is a secret."""
        answer = self._sign_in.answer
        result = answer.get("result") if isinstance(answer, dict) else None
        return str(result.get("upload_url", "")) if isinstance(result, dict) else ""

    @cached_property
    def _api(self) -> AdminAPI:
        """The Admin API, by a clock that Authgear takes."""
        skew = self.clocks.skew if self._sign_in.needs_other_clock else 0
        return AdminAPI(
            self._connection, self._tokens(lambda: self.now() - (skew or 0))
        )

    def _presign(self, clock: Callable[[], float]) -> dict[str, Any] | AuthgearError:
        """Ask for an upload URL with a token; return what was wrong."""
        authorized = AuthorizedConnection(self._connection, self._tokens(clock))
        try:
            return self._repeat(
                lambda budget: authorized.request(
                    "presign", "GET", PRESIGN, budget=budget
                )
            )
        except AuthgearError as error:
            return error

    def _tokens(self, clock: Callable[[], float]) -> AccessTokens:
        """Return tokens that are signed at the time of a clock."""
        key_pair = self.key_pair or KeyPair(key_id="", private_key="")
        return AccessTokens(
            app_id=self.settings.authgear_app_id,
            load_key_pair=lambda: key_pair,
            clock=clock,
        )

    def _get(self, step: str, path: str, budget: Budget) -> dict[str, Any]:
        """Send a request without a token."""
        url = self.settings.authgear_endpoint + path
        return self._connection.request(step, "GET", url, budget=budget)

    def _repeat(self, send: Callable[[Budget], dict[str, Any]]) -> dict[str, Any]:
        """Send a request, again if that may help, within the time for one check."""
        budget = self._budget()
        self.last.status = 0
        return self._connection.retry(lambda: send(budget), budget=budget)

    def _budget(self) -> Budget:
        """Return the time for one check."""
        return Budget(deadline=time.monotonic() + TIME, sleep=self.sleep)

    def _key_remedy(self) -> str:
        """Say what to compare; hosts of the cloud service begin with the app id."""
        host = urlsplit(self.settings.authgear_endpoint).hostname or ""
        label = host.partition(".")[0]
        if host.endswith(CLOUD) and label != self.settings.authgear_app_id:
            return f"The app id should be {label}, by the endpoint. {KEY_REMEDY}"
        return KEY_REMEDY
