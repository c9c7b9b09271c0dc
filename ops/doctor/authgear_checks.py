"""Is Authgear there, does it take the key, and can it store pictures?"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from PIL import Image

import authgear
from authgear import (
    AccessTokens,
    AdminAPI,
    AuthgearError,
    Budget,
    KeyPair,
    UploadURL,
)
from factory import connect
from ops.doctor.check import Check, fine, unknown, wrong
from pictures.profile_picture import PictureSpec, make_profile_picture
from settings import Settings

TIME = 30.0  # seconds for all requests
MOST_SKEW = 120  # seconds; Authgear takes up to 300 (contract: presign.expired_*)
CLOUD = (".authgear.cloud", ".authgearapps.com")  # hosts that begin with the app id
KEY_REMEDY = (
    "Compare app id and key id with the portal, Advanced > Admin API, and store a key "
    "that is listed there: ops put-key."
)
STORE_REMEDY = "Authgear's image store has to work: IMAGES_* and object store settings."


@dataclass(kw_only=True)
class AuthgearChecks:
    """
    Looks at Authgear with a key pair.

    Args:
        settings: Name endpoint and app.

        key_pair: What to sign with.

        upload: Whether a picture may be uploaded, which stays there for ever.

        now: Seconds since the epoch.
    """

    settings: Settings
    key_pair: KeyPair
    upload: bool = False
    now: Callable[[], float] = time.time
    skew: float | None = None
    upload_url: UploadURL | None = None
    budget: Budget = field(
        default_factory=lambda: Budget(deadline=time.monotonic() + TIME)
    )

    def __post_init__(self) -> None:
        """Connect, and listen to what the answers say of the time."""
        session = requests.Session()
        session.hooks["response"].append(self._note_date)
        self._connection = connect(self.settings, session=session)
        tokens = AccessTokens(
            app_id=self.settings.authgear_app_id, load_key_pair=lambda: self.key_pair
        )
        self._api = AdminAPI(self._connection, tokens)

    def run(self) -> Iterator[Check]:
        """Look at one thing after another, until one is missing for the next."""
        error = self._presign()
        yield self._clock()
        yield self._endpoint(error)
        if isinstance(error, authgear.Forbidden | authgear.CredentialsUnavailable):
            yield wrong("key-accepted", str(error), self._key_remedy())
        if self.upload_url is None:
            if error and "origin" in error.detail:
                yield fine("key-accepted", "Authgear takes the key")
                yield wrong(
                    "upload-origin",
                    "Authgear hands out upload URLs of another origin",
                    "Set AuthgearEndpoint to the origin that Authgear knows itself by, "
                    "or let the proxy before it pass the Host header on.",
                )
            return
        yield fine("key-accepted", f"Authgear takes key {self.key_pair.key_id}")
        yield fine("upload-origin", "upload URLs are of the endpoint's own origin")
        yield self._app(self.upload_url)
        yield self._graphql()
        yield self._store(self.upload_url)

    def _presign(self) -> AuthgearError | None:
        """Ask for an upload URL; return what was wrong."""
        try:
            self.upload_url = self._api.create_upload_url(budget=self.budget)
        except AuthgearError as error:
            return error
        return None

    def _note_date(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Compare the answer's clock with ours."""
        try:
            then = parsedate_to_datetime(response.headers["Date"]).timestamp()
        except (KeyError, ValueError, TypeError):
            return
        self.skew = self.now() - then

    def _clock(self) -> Check:
        """Compare clocks."""
        if self.skew is None:
            return unknown("clock", "no answer told the time")
        if abs(self.skew) > MOST_SKEW:
            direction = "ahead of" if self.skew > 0 else "behind"
            finding = f"this clock is {abs(self.skew):.0f} s {direction} Authgear's"
            remedy = "Set the clocks: Authgear takes tokens up to 300 s old or young."
            return wrong("clock", finding, remedy)
        return fine("clock", f"within {max(1, round(abs(self.skew)))} s of Authgear's")

    def _endpoint(self, error: AuthgearError | None) -> Check:
        """Tell whether an Authgear answers at the endpoint."""
        endpoint = self.settings.authgear_endpoint
        if isinstance(error, authgear.NoAnswer):
            remedy = "Check AuthgearEndpoint, and that the network lets you there."
            return wrong("endpoint", f"{endpoint}: {error.detail}", remedy)
        foreign = (
            isinstance(error, authgear.Unexpected) and "origin" not in error.detail
        )
        if foreign or isinstance(error, authgear.Unavailable):
            finding = f"{endpoint} does not answer as Authgear does: {error}"
            remedy = (
                "Check AuthgearEndpoint: it is the project's origin, not a portal's."
            )
            return wrong("endpoint", finding, remedy)
        return fine("endpoint", f"Authgear answers at {endpoint}")

    def _key_remedy(self) -> str:
        """Say what to compare; hosts of the cloud service begin with the app id."""
        host = urlsplit(self.settings.authgear_endpoint).hostname or ""
        label = host.partition(".")[0]
        if host.endswith(CLOUD) and label != self.settings.authgear_app_id:
            return f"The app id should be {label}, by the endpoint. {KEY_REMEDY}"
        return KEY_REMEDY

    def _app(self, upload_url: UploadURL) -> Check:
        """Compare the app id with the one in the upload URL."""
        app_id = urlsplit(upload_url.url).path.split("/")[-2]
        if app_id != self.settings.authgear_app_id:
            finding = f"Authgear stores pictures of {app_id}"
            return wrong("app-id", finding, f"Set AuthgearAppId={app_id}.")
        return fine("app-id", f"it is {app_id}")

    def _graphql(self) -> Check:
        """Read a user that does not exist."""
        try:
            self._api.get_user(str(uuid.uuid4()), budget=self.budget)
        except authgear.UserNotFound:
            return fine("users", "users can be read")
        except AuthgearError as error:
            remedy = "The Admin API's /_api/admin/graphql must be let through."
            return wrong("users", str(error), remedy)
        return wrong("users", "Authgear shows a user that nobody made", "Report it.")

    def _store(self, upload_url: UploadURL) -> Check:
        """
        Tell whether the image store works.

        Asking for an image that is not there is 404 with a store, and 500 without
        (contract: images.unknown_object, storedown.image).
        """
        try:
            if self.upload:
                self._api.upload(upload_url, _gray(), budget=self.budget)
                return fine("image-store", "it took a gray picture, which stays there")
            path = urlsplit(upload_url.url).path
            url = f"{self.settings.authgear_endpoint}{path}/profile"
            self._connection.request("image", "GET", url, budget=self.budget)
        except authgear.Unexpected as error:
            if error.status == 404:
                finding = "it answers; --upload tries it with a gray picture"
                return fine("image-store", finding)
            return wrong("image-store", str(error), STORE_REMEDY)
        except AuthgearError as error:
            return wrong("image-store", str(error), STORE_REMEDY)
        return unknown("image-store", "it shows an image that nobody uploaded")


def _gray() -> bytes:
    """Return a picture that shows nothing."""
    file = BytesIO()
    Image.new("RGB", (8, 8), "#808080").save(file, "PNG")
    return make_profile_picture(file.getvalue(), PictureSpec(size=240)).data
