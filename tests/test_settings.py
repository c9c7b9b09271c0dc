"""Valid settings, and the messages about invalid ones."""

from __future__ import annotations

from typing import Any

import pytest

from settings import FACE, VARIABLES, Overwrite, Settings, SettingsError
from storage.key_pattern import KeyPattern

NEEDED = {
    "BUCKET_NAME": "pictures-example",
    "AUTHGEAR_ENDPOINT": "https://example.authgear.cloud",
    "AUTHGEAR_APP_ID": "example",
    "AUTHGEAR_SECRET_ID": "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-b",
}
FORMATS = "must be some of jpeg, png, webp, gif, avif, heic, bmp, separated by commas"
ORIGIN = "must be an https origin such as https://example.authgear.cloud"


def read(name: str, text: str) -> Any:
    """Return what a variable's text means."""
    return getattr(Settings.from_env(NEEDED | {name: text}), name.lower())


def problems(environment: dict[str, str]) -> list[str]:
    """Return what is wrong with an environment."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environment)
    assert str(caught.value) == "wrong settings: " + "; ".join(caught.value.problems)
    return caught.value.problems


def test_from_env_defaults() -> None:
    """Four variables are enough; the others have defaults."""
    settings = Settings.from_env(NEEDED)

    assert settings == Settings(
        bucket_name="pictures-example",
        key_pattern=KeyPattern("pictures/", "user_id", ".*"),
        authgear_endpoint=NEEDED["AUTHGEAR_ENDPOINT"],
        authgear_app_id="example",
        authgear_secret_id=NEEDED["AUTHGEAR_SECRET_ID"],
        authgear_ca="",
        picture_size=512,
        picture_quality=85,
        crop_position=None,
        face_zoom=0.5,
        background_color="#ffffff",
        max_input_bytes=20_000_000,
        max_input_pixels=51_000_000,
        accepted_formats=("jpeg", "png", "webp", "gif", "avif", "heic", "bmp"),
        memory_size=1024,
        overwrite=Overwrite.ALWAYS,
        remove_on_delete=False,
        bulk_queue_url="",
        bulk_requests_per_minute=50,
    )


@pytest.mark.parametrize("blank", ["", " ", "\t\n"], ids=["empty", "space", "tab"])
def test_from_env_blank(blank: str) -> None:
    """A variable that is set to nothing is as good as not set."""
    optional = {name: blank for name in VARIABLES if name not in NEEDED}

    assert Settings.from_env(NEEDED | optional) == Settings.from_env(NEEDED)


def test_from_env_missing() -> None:
    """Settings without a default are required; all missing ones are named at once."""
    assert problems({}) == [f"{name} is missing" for name in NEEDED]


def test_from_env_all_wrong() -> None:
    """All problems are reported at once, each with its variable and valid values."""
    assert problems(dict.fromkeys(VARIABLES, "!?")) == [
        "BUCKET_NAME must be the name of an S3 bucket",
        "KEY_PATTERN must hold exactly one of "
        "{user_id}, {node_id}, {email}, {username}, {phone}",
        f"AUTHGEAR_ENDPOINT {ORIGIN}",
        "AUTHGEAR_CA must be certificates of a CA in PEM form",
        "PICTURE_SIZE must be a whole number from 240 to 1024",
        "PICTURE_QUALITY must be a whole number from 50 to 95",
        "CROP_POSITION must be auto, face, top, center, or from 0% (top) to 100% "
        "(bottom)",
        "FACE_ZOOM must be a number from 0 to 1, such as 0.5",
        "BACKGROUND_COLOR must be a colour such as #ffffff",
        "MAX_INPUT_BYTES must be a whole number from 1 to 20000000",
        "MAX_INPUT_PIXELS must be a whole number from 1 to 100000000",
        f"ACCEPTED_FORMATS {FORMATS}",
        "MEMORY_SIZE must be a whole number from 1024 to 10240",
        "OVERWRITE must be one of always, keep-own, if-empty",
        "REMOVE_ON_DELETE must be one of true, false",
        "BULK_QUEUE_URL must be the URL of an SQS queue",
        "BULK_REQUESTS_PER_MINUTE must be a whole number from 0 to 60000",
    ]


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("PICTURE_SIZE", 240, 1024),
        ("PICTURE_QUALITY", 50, 95),
        ("MAX_INPUT_BYTES", 1, 20_000_000),
        ("MAX_INPUT_PIXELS", 1, 100_000_000),
    ],
)
def test_number_limits(name: str, low: int, high: int) -> None:
    """Both limits are allowed, and what is next to them is not."""
    allowed = f"{name} must be a whole number from {low} to {high}"

    assert read(name, str(low)) == low
    assert read(name, f" {high} ") == high
    assert problems(NEEDED | {name: str(low - 1)}) == [allowed]
    assert problems(NEEDED | {name: str(high + 1)}) == [allowed]


@pytest.mark.parametrize(
    "text",
    ["5e2", "512.0", "+512", "-512", "5_12", "0x200", "٥١٢", "5 12", "9" * 5_000],
    ids=lambda text: text[:8],
)
def test_number_other_spelling(text: str) -> None:
    """Digits are the one way to write a number."""
    assert problems(NEEDED | {"PICTURE_SIZE": text}) == [
        "PICTURE_SIZE must be a whole number from 240 to 1024"
    ]


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("jpeg", ("jpeg",)),
        ("heic, JPEG,png ,jpeg", ("jpeg", "png", "heic")),
    ],
)
def test_accepted_formats(text: str, formats: tuple[str, ...]) -> None:
    """Names are separated by commas, in any order and case."""
    assert read("ACCEPTED_FORMATS", text) == formats


@pytest.mark.parametrize("text", ["jpg", "jpeg,", "jpeg;png", "tiff", "all", "*"])
def test_accepted_formats_refused(text: str) -> None:
    """An unknown format is refused, and the known ones are named."""
    allowed = [f"ACCEPTED_FORMATS {FORMATS}"]

    assert problems(NEEDED | {"ACCEPTED_FORMATS": text}) == allowed


@pytest.mark.parametrize(
    "name", ["abc", "a.b-9", "a" * 63], ids=["shortest", "characters", "longest"]
)
def test_bucket_name_allowed(name: str) -> None:
    """Every name that S3 accepts for a bucket is accepted."""
    assert read("BUCKET_NAME", f" {name} ") == name


@pytest.mark.parametrize(
    "text",
    [
        *("ab", "a" * 64, "Pictures", "a_b", "-ab", "ab-", "one,", "one two", "*"),
        *("s3://one", "arn:aws:s3:::one", "one,two"),
    ],
)
def test_bucket_name_refused(text: str) -> None:
    """What S3 would not take for a bucket's name is refused, and so are several."""
    assert problems(NEEDED | {"BUCKET_NAME": text}) == [
        "BUCKET_NAME must be the name of an S3 bucket"
    ]


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://example.authgear.cloud/", "https://example.authgear.cloud"),
        ("HTTPS://Example.Authgear.Cloud", "https://example.authgear.cloud"),
        ("https://auth.example:8443//", "https://auth.example:8443"),
        ("https://192.0.2.1", "https://192.0.2.1"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://127.9.9.9:1", "http://127.9.9.9:1"),
        ("http://[::1]:65535", "http://[::1]:65535"),
    ],
)
def test_endpoint_allowed(text: str, origin: str) -> None:
    """An origin is https; http is for what cannot leave the machine."""
    assert read("AUTHGEAR_ENDPOINT", text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "example.authgear.cloud",
        "//example.authgear.cloud",
        "ftp://example.authgear.cloud",
        "ftp://localhost",
        "http://example.authgear.cloud",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "http://2130706433",
        "http://0.0.0.0",
        "http://[::ffff:10.0.0.1]",
        "http://192.168.0.1",
        "https://",
        "https:///path",
        "https://a.example/path",
        "https://a.example?",
        "https://a.example#",
        "https://a.example?query",
        "https://user@a.example",
        "https://user:password@a.example",
        "https://@a.example",
        "https://a.example:",
        "https://a.example:0",
        "https://a.example:65536",
        "https://a.example:port",
        "https://[::1",
        "https://[:::]",
        "https://a example",
        "https://a\n.example",
        "https://a.example\\@b.example",
        "https://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example",
        "https://a\N{FULLWIDTH FULL STOP}example",
    ],
)
def test_endpoint_refused(text: str) -> None:
    """Anything else is refused, with what is allowed."""
    assert problems(NEEDED | {"AUTHGEAR_ENDPOINT": text}) == [
        f"AUTHGEAR_ENDPOINT {ORIGIN}"
    ]


@pytest.mark.parametrize(
    "text",
    ["https://user:pass/word@a.example", "https://[password]@a.example"],
    ids=["port", "address"],
)
def test_endpoint_password(text: str) -> None:
    """The message quotes nothing of the value, which may hold a password."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(NEEDED | {"AUTHGEAR_ENDPOINT": text})

    assert "pass" not in str(caught.value)


@pytest.mark.parametrize("name", ["AUTHGEAR_APP_ID", "AUTHGEAR_SECRET_ID"])
@pytest.mark.parametrize("text", ["two words", "a\nb", "caf\N{COMBINING ACUTE ACCENT}"])
def test_id_refused(name: str, text: str) -> None:
    """An id has no blank, and no character that is not plain."""
    assert problems(NEEDED | {name: text}) == [
        f"{name} must be one word of plain characters"
    ]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("auto", None),
        ("Face", FACE),
        ("TOP", 0.0),
        ("Center", 0.5),
        ("0%", 0.0),
        ("20 %", 0.2),
        ("100%", 1.0),
    ],
)
def test_crop_position_allowed(text: str, position: float | str | None) -> None:
    """A position is a word or a percentage from the top."""
    assert read("CROP_POSITION", text) == position


@pytest.mark.parametrize("text", ["bottom", "101%", "1000%", "20", "0.2", "-1%", "%"])
def test_crop_position_refused(text: str) -> None:
    """Anything else is refused, with what is allowed."""
    assert problems(NEEDED | {"CROP_POSITION": text}) == [
        "CROP_POSITION must be auto, face, top, center, or from 0% (top) to 100% "
        "(bottom)"
    ]


@pytest.mark.parametrize(
    ("text", "zoom"),
    [("0", 0.0), ("0.35", 0.35), (".5", 0.5), ("1", 1.0), ("1.0", 1.0)],
)
def test_face_zoom_allowed(text: str, zoom: float) -> None:
    """A share is a decimal number."""
    assert read("FACE_ZOOM", text) == zoom


@pytest.mark.parametrize("text", ["-0.1", "1.1", "2", "50%", "0,5", "1e-1", "nan", "."])
def test_face_zoom_refused(text: str) -> None:
    """Anything else is refused, with what is allowed."""
    assert problems(NEEDED | {"FACE_ZOOM": text}) == [
        "FACE_ZOOM must be a number from 0 to 1, such as 0.5"
    ]


def test_background_color_allowed() -> None:
    """A colour may be written with capitals."""
    assert read("BACKGROUND_COLOR", "#FFaa09") == "#ffaa09"


@pytest.mark.parametrize("text", ["white", "#fff", "ffffff", "#gggggg", "#ffffffff"])
def test_background_color_refused(text: str) -> None:
    """Anything but six digits is refused, with what is allowed."""
    assert problems(NEEDED | {"BACKGROUND_COLOR": text}) == [
        "BACKGROUND_COLOR must be a colour such as #ffffff"
    ]


def test_switch() -> None:
    """A switch is true or false, in capitals too, and nothing else."""
    name = "REMOVE_ON_DELETE"

    assert read(name, "True") is True
    assert read(name, "FALSE") is False
    assert problems(NEEDED | {name: "yes"}) == [f"{name} must be one of true, false"]


def test_overwrite() -> None:
    """The policy on overwriting is one of three words."""
    assert read("OVERWRITE", "Always") is Overwrite.ALWAYS
    assert read("OVERWRITE", "keep-own") is Overwrite.KEEP_OWN
    assert read("OVERWRITE", "if-empty") is Overwrite.IF_EMPTY
    assert problems(NEEDED | {"OVERWRITE": "true"}) == [
        "OVERWRITE must be one of always, keep-own, if-empty"
    ]
