"""The function's settings: the only place that reads the environment."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from authgear.certificates import read_certificates
from pictures.model import FORMATS
from storage.key_pattern import KeyPattern

T = TypeVar("T")

FACE: Final = "face"  # the CROP_POSITION that has faces looked for


class Overwrite(StrEnum):
    """Which picture wins where bucket and user disagree."""

    ALWAYS = "always"
    KEEP_OWN = "keep-own"
    IF_EMPTY = "if-empty"


class SettingsError(Exception):
    """
    Raised at start when settings are missing or wrong.

    Args:
        problems: One sentence each, naming the variable and what is allowed.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("wrong settings: " + "; ".join(problems))


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """
    What the operator decides; `docs/settings.md` explains each variable.

    Args:
        bucket_name: The bucket of pictures.

        key_pattern: How a key names a user.

        authgear_endpoint: Origin of the Authgear project, without a slash at the end.

        authgear_app_id: App id of the Authgear project.

        authgear_secret_id: Name or ARN of the secret with the Admin API's key pair.

        authgear_ca: Certificates in PEM form of a private CA, trusted beside the public
            ones; empty if absent.

        picture_size: Side of the square picture, in pixels.

        picture_quality: JPEG quality.

        crop_position: What stays of a picture that is too high: 0 the top, 1 the
            bottom; `None` chooses by its shape. `FACE` has faces looked for, in wide
            pictures too.

        face_zoom: The share of the square's height that the largest face is to fill,
            where faces are looked for; 0 does not come closer.

        background_color: Shows through transparent pictures, as `#rrggbb`.

        max_input_bytes: Larger objects are rejected before they are downloaded.

        max_input_pixels: Larger pictures are rejected before they are decoded. Phones'
            "50 MP" files have up to 8,192 x 6,144 px, 50.3 million.

        accepted_formats: Names of the formats that are decoded; others are rejected.

        memory_size: Megabytes of the function, of which a decoder may have a part.

        overwrite: Which picture wins where bucket and user disagree.

        remove_on_delete: Whether our picture is removed with the user's last picture in
            the bucket.

        bulk_queue_url: The queue of bulk work; empty if absent.

        bulk_requests_per_minute: Requests to Authgear that bulk work may send; 0 is no
            limit.
    """

    bucket_name: str
    key_pattern: KeyPattern
    authgear_endpoint: str
    authgear_app_id: str
    authgear_secret_id: str
    authgear_ca: str
    picture_size: int
    picture_quality: int
    crop_position: float | Literal["face"] | None
    face_zoom: float
    background_color: str
    max_input_bytes: int
    max_input_pixels: int
    accepted_formats: tuple[str, ...]
    memory_size: int
    overwrite: Overwrite
    remove_on_delete: bool
    bulk_queue_url: str
    bulk_requests_per_minute: int

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Settings:
        """
        Read all settings.

        Args:
            environment: The environment's variables.

        Raises:
            SettingsError: Lists every problem at once.
        """
        values: dict[str, Any] = {}
        problems = []
        for variable in _VARIABLES:
            try:
                values[variable.name.lower()] = variable.read(environment)
            except ValueError as error:
                problems.append(f"{variable.name} {error}")
        if problems:
            raise SettingsError(problems)
        return cls(**values)


@dataclass(frozen=True, slots=True)
class _Variable:
    """A variable of the environment: its name, its reader, its default if any."""

    name: str
    parse: Callable[[str], Any]
    default: str | None = None

    def read(self, environment: Mapping[str, str]) -> Any:
        """Return the value; raise `ValueError` saying what is allowed."""
        text = environment.get(self.name, "").strip() or self.default
        if text is None:
            message = "is missing"
            raise ValueError(message)
        return self.parse(text)


def _bucket_name(text: str) -> str:
    """Read the name of a bucket."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", text):
        message = "must be the name of an S3 bucket"
        raise ValueError(message)
    return text


def _origin(text: str) -> str:
    """Read an https origin; http only where it cannot leave the machine."""
    origin = text.lower().rstrip("/")
    host = r"\[[0-9a-f:.]+\]|[a-z0-9][a-z0-9._-]*"
    try:
        url = urlsplit(origin)
        fits = re.fullmatch(rf"https?://({host})(:[0-9]+)?", origin) and url.port != 0
        allowed = fits and (url.scheme == "https" or _is_loopback(url.hostname))
    except ValueError:  # its text quotes a part of the value
        allowed = False
    if not allowed:
        message = "must be an https origin such as https://example.authgear.cloud"
        raise ValueError(message)
    return origin


def _is_loopback(host: str | None) -> bool:
    """Tell whether a host name is this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _queue_url(text: str) -> str:
    """Read the URL of a queue, or nothing."""
    if text and not re.fullmatch(r"https?://[!-~]+/[0-9]+/[A-Za-z0-9_-]{1,80}", text):
        message = "must be the URL of an SQS queue"
        raise ValueError(message)
    return text


def _word(text: str) -> str:
    """Read an id without blanks."""
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        message = "must be one word of plain characters"
        raise ValueError(message)
    return text


def _between(low: int, high: int) -> Callable[[str], int]:
    """Make a reader of whole numbers from `low` to `high`."""

    def parse(text: str) -> int:
        number = int(text) if re.fullmatch(r"[0-9]{1,10}", text) else -1
        if not low <= number <= high:
            message = f"must be a whole number from {low} to {high}"
            raise ValueError(message)
        return number

    return parse


def _one_of(choices: Mapping[str, T]) -> Callable[[str], T]:
    """Make a reader of one of a few words."""

    def parse(text: str) -> T:
        if text.lower() not in choices:
            message = "must be one of " + ", ".join(choices)
            raise ValueError(message)
        return choices[text.lower()]

    return parse


def _crop_position(text: str) -> float | Literal["face"] | None:
    """Read `auto`, `face`, `top`, `center` or a percentage from the top."""
    named: dict[str, float | Literal["face"] | None]
    named = {"auto": None, FACE: FACE, "top": 0.0, "center": 0.5}
    if text.lower() in named:
        return named[text.lower()]
    percent = re.fullmatch(r"([0-9]{1,3})\s*%", text)
    if percent is None or int(percent[1]) > 100:
        message = "must be auto, face, top, center, or from 0% (top) to 100% (bottom)"
        raise ValueError(message)
    return int(percent[1]) / 100


def _share(text: str) -> float:
    """Read a share, as a decimal number."""
    if not re.fullmatch(r"[01]?\.[0-9]{1,6}|[01]", text) or float(text) > 1:
        message = "must be a number from 0 to 1, such as 0.5"
        raise ValueError(message)
    return float(text)


def _color(text: str) -> str:
    """Read a colour."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        message = "must be a colour such as #ffffff"
        raise ValueError(message)
    return text.lower()


def _formats(text: str) -> tuple[str, ...]:
    """Read names of picture formats, separated by commas; their order is FORMATS'."""
    names = {name.strip().lower() for name in text.split(",")}
    if not names <= set(FORMATS):
        message = "must be some of " + ", ".join(FORMATS) + ", separated by commas"
        raise ValueError(message)
    return tuple(name for name in FORMATS if name in names)


_switch = _one_of({"true": True, "false": False})

_VARIABLES = (
    _Variable("BUCKET_NAME", _bucket_name),
    _Variable("KEY_PATTERN", KeyPattern.parse, "pictures/{user_id}.*"),
    _Variable("AUTHGEAR_ENDPOINT", _origin),
    _Variable("AUTHGEAR_APP_ID", _word),
    _Variable("AUTHGEAR_SECRET_ID", _word),
    _Variable("AUTHGEAR_CA", read_certificates, ""),
    _Variable("PICTURE_SIZE", _between(240, 1024), "512"),
    _Variable("PICTURE_QUALITY", _between(50, 95), "85"),
    _Variable("CROP_POSITION", _crop_position, "auto"),
    _Variable("FACE_ZOOM", _share, "0.5"),
    _Variable("BACKGROUND_COLOR", _color, "#ffffff"),
    _Variable("MAX_INPUT_BYTES", _between(1, 20_000_000), "20000000"),
    _Variable("MAX_INPUT_PIXELS", _between(1, 100_000_000), "51000000"),
    _Variable("ACCEPTED_FORMATS", _formats, ",".join(FORMATS)),
    _Variable("MEMORY_SIZE", _between(1024, 10_240), "1024"),
    _Variable("OVERWRITE", _one_of({it.value: it for it in Overwrite}), "always"),
    _Variable("REMOVE_ON_DELETE", _switch, "false"),
    _Variable("BULK_QUEUE_URL", _queue_url, ""),
    _Variable("BULK_REQUESTS_PER_MINUTE", _between(0, 60_000), "50"),
)

VARIABLES = tuple(variable.name for variable in _VARIABLES)
