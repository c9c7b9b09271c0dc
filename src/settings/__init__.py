"""The function's settings: the only place that reads the environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from authgear.certificates import read_certificates
from pictures.model import FORMATS
from storage.key_pattern import KeyPattern

from .values import (
    FACE,
    make_choice_reader,
    make_number_reader,
    read_bucket_name,
    read_color,
    read_crop_position,
    read_formats,
    read_origin,
    read_queue_url,
    read_share,
    read_switch,
    read_word,
)

__all__ = ["FACE", "VARIABLES", "Overwrite", "Settings", "SettingsError"]


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
    The operator's settings; `docs/settings.md` explains each variable.

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

        crop_position: The part of a high picture that is kept: 0 the top, 1 the
            bottom; `None` chooses by its shape. `FACE` looks for faces, in wide
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

        bulk_requests_per_minute: Requests to Authgear that bulk work may send; 0 means
            no limit.
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


_VARIABLES = (
    _Variable("BUCKET_NAME", read_bucket_name),
    _Variable("KEY_PATTERN", KeyPattern.parse, "pictures/{user_id}.*"),
    _Variable("AUTHGEAR_ENDPOINT", read_origin),
    _Variable("AUTHGEAR_APP_ID", read_word),
    _Variable("AUTHGEAR_SECRET_ID", read_word),
    _Variable("AUTHGEAR_CA", read_certificates, ""),
    _Variable("PICTURE_SIZE", make_number_reader(240, 1024), "512"),
    _Variable("PICTURE_QUALITY", make_number_reader(50, 95), "85"),
    _Variable("CROP_POSITION", read_crop_position, "auto"),
    _Variable("FACE_ZOOM", read_share, "0.5"),
    _Variable("BACKGROUND_COLOR", read_color, "#ffffff"),
    _Variable("MAX_INPUT_BYTES", make_number_reader(1, 20_000_000), "20000000"),
    _Variable("MAX_INPUT_PIXELS", make_number_reader(1, 100_000_000), "51000000"),
    _Variable("ACCEPTED_FORMATS", read_formats, ",".join(FORMATS)),
    _Variable("MEMORY_SIZE", make_number_reader(1024, 10_240), "1024"),
    _Variable(
        "OVERWRITE", make_choice_reader({it.value: it for it in Overwrite}), "always"
    ),
    _Variable("REMOVE_ON_DELETE", read_switch, "false"),
    _Variable("BULK_QUEUE_URL", read_queue_url, ""),
    _Variable("BULK_REQUESTS_PER_MINUTE", make_number_reader(0, 60_000), "50"),
)

VARIABLES = tuple(variable.name for variable in _VARIABLES)
