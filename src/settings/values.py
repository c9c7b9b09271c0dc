"""The texts of settings -> their values; each reader raises `ValueError`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeVar
from urllib.parse import urlsplit

from pictures.model import FORMATS

T = TypeVar("T")

FACE: Final = "face"  # the CROP_POSITION that has faces looked for


def read_bucket_name(text: str) -> str:
    """Read the name of a bucket."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", text):
        message = "must be the name of an S3 bucket"
        raise ValueError(message)
    return text


def read_origin(text: str) -> str:
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


def read_queue_url(text: str) -> str:
    """Read the URL of a queue, or nothing."""
    if text and not re.fullmatch(r"https?://[!-~]+/[0-9]+/[A-Za-z0-9_-]{1,80}", text):
        message = "must be the URL of an SQS queue"
        raise ValueError(message)
    return text


def read_word(text: str) -> str:
    """Read an id without blanks."""
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        message = "must be one word of plain characters"
        raise ValueError(message)
    return text


def make_number_reader(low: int, high: int) -> Callable[[str], int]:
    """Make a reader of whole numbers from `low` to `high`."""

    def parse(text: str) -> int:
        number = int(text) if re.fullmatch(r"[0-9]{1,10}", text) else -1
        if not low <= number <= high:
            message = f"must be a whole number from {low} to {high}"
            raise ValueError(message)
        return number

    return parse


def make_choice_reader(choices: Mapping[str, T]) -> Callable[[str], T]:
    """Make a reader of one of a few words."""

    def parse(text: str) -> T:
        if text.lower() not in choices:
            message = "must be one of " + ", ".join(choices)
            raise ValueError(message)
        return choices[text.lower()]

    return parse


def read_crop_position(text: str) -> float | Literal["face"] | None:
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


def read_share(text: str) -> float:
    """Read a share, as a decimal number."""
    if not re.fullmatch(r"[01]?\.[0-9]{1,6}|[01]", text) or float(text) > 1:
        message = "must be a number from 0 to 1, such as 0.5"
        raise ValueError(message)
    return float(text)


def read_color(text: str) -> str:
    """Read a colour."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        message = "must be a colour such as #ffffff"
        raise ValueError(message)
    return text.lower()


def read_formats(text: str) -> tuple[str, ...]:
    """Read names of picture formats, separated by commas; their order is FORMATS'."""
    names = {name.strip().lower() for name in text.split(",")}
    if not names <= set(FORMATS):
        message = "must be some of " + ", ".join(FORMATS) + ", separated by commas"
        raise ValueError(message)
    return tuple(name for name in FORMATS if name in names)


read_switch = make_choice_reader({"true": True, "false": False})


def _is_loopback(host: str | None) -> bool:
    """Tell whether a host name is this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
