"""The meaning of answers: statuses, GraphQL errors, and pauses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authgear import (
    AttributesInvalid,
    AuthgearError,
    DeniedByHook,
    RateLimited,
    Refused,
    Unavailable,
    Unexpected,
    UserAnonymized,
    UserNotFound,
)
from authgear.answers import read_graphql, read_json
from tests.authgear.recordings import recorded

DATE = "Mon, 23 Nov 2026 23:31:59 GMT"  # misc.headers.presign
GRAPHQL_ERRORS: dict[str, tuple[type[AuthgearError], str]] = {
    "gql.update.user_unknown": (UserNotFound, "NotFound/UserNotFound"),
    "gql.state.deleted.update": (UserNotFound, "NotFound/UserNotFound"),
    "gql.state.anonymized.update": (UserAnonymized, "Invalid/UserIsAnonymized"),
    "gql.update.birthdate_bad": (AttributesInvalid, "at /birthdate"),
    "gql.update.unknown_key": (AttributesInvalid, "Invalid/ValidationFailed at "),
    "hook.deny": (DeniedByHook, "Forbidden/HookDisallowed"),
    "hook.deny_bare": (DeniedByHook, "Forbidden/HookDisallowed"),
    "hook.slow": (Unavailable, "InternalError/HookDeliveryTimeout"),
    "hook.500": (Unavailable, "InternalError/HookInvalidResponse"),
    "hook.badjson": (Unavailable, "InternalError/HookInvalidResponse"),
    "hook.unreachable": (Unavailable, "InternalError/HookDelivery"),
    "gql.update.user_malformed": (Refused, "Invalid"),
    "gql.update.email_not_owned": (Unavailable, "unexpected error"),
    "gql.update.input_no_userid": (Unavailable, "unexpected error"),
}
REFUSED_FILES = {
    "upload.empty_file": (Refused, "BadRequest"),
    "upload.10MiB_plus_1": (Refused, "BadRequest"),
    "upload.wrong_field": (Refused, "Invalid"),
    "upload.exactly_10MiB_behind_10M_proxy": (Refused, "the picture is too large"),
    "upload.bad_signature": (Unexpected, "InvalidSignature"),
    "upload.expired": (Unexpected, "ExpiredSignature"),
    "upload.same_url_twice": (Unexpected, "DuplicatedImage"),
    "upload.put": (Unexpected, "this is not a response of Authgear"),
    "storedown.upload": (Unavailable, "an error that may be temporary"),
}
HOSTILE: list[Any] = [
    7,
    True,
    None,
    [],
    {},
    [[]],
    1.5,
    "",
    "a b",
    "a" * 65,
    "<b>",
    "ß",
    "a\n",
]
WAITS: dict[str, float | None] = {
    "0": 0.0,
    "7": 7.0,
    " 7 ": 7.0,
    "9" * 5000: 999_999_999.0,
    "Mon, 23 Nov 2026 23:32:29 GMT": 30.0,
    "Mon, 23 Nov 2026 23:31:29 GMT": 0.0,
    "Mon, 23 Nov 2026 23:32:29": None,
    "": None,
    "-5": None,
    "1.5": None,
    "1e9": None,
    "nan": None,
    "inf": None,
    "٣": None,
    "soon": None,
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT": None,
    "Mon, 01 Jan 2026 00:00:00 +99999999999999999999": None,
}


@pytest.mark.parametrize("probe_id", GRAPHQL_ERRORS)
def test_recorded_graphql_error_has_its_kind(probe_id: str) -> None:
    """Errors under 200 that will always come are final, all others may pass."""
    kind, detail = GRAPHQL_ERRORS[probe_id]
    content = json.loads(recorded(probe_id).content)

    with pytest.raises(AuthgearError) as caught:
        read_graphql("update", content)

    assert type(caught.value) is kind
    assert detail in caught.value.detail
    assert caught.value.status == 200


@pytest.mark.parametrize("probe_id", REFUSED_FILES)
def test_recorded_upload_error_has_its_kind(probe_id: str) -> None:
    """A refused file is final; the other errors go away with a new URL or later."""
    kind, detail = REFUSED_FILES[probe_id]
    response = recorded(probe_id)

    with pytest.raises(AuthgearError) as caught:
        read_json("upload", response.status_code, {}, response.content)

    assert (type(caught.value), caught.value.detail) == (kind, detail)
    assert caught.value.status == response.status_code


@pytest.mark.parametrize("step", ["presign", "read", "find", "update"])
@pytest.mark.parametrize("probe_id", ["upload.empty_file", "gql.http.body_over_1MiB"])
def test_refused_file_is_the_upload_s_alone(step: str, probe_id: str) -> None:
    """The same answer to another step is unexpected."""
    response = recorded(probe_id)

    with pytest.raises(Unexpected):
        read_json(step, response.status_code, {}, response.content)


def test_tracking_id_is_kept() -> None:
    """Authgear's own id of a failure is in the error and its message."""
    response = recorded("storedown.upload")

    with pytest.raises(Unavailable, match=r"status=500, tracking_id=TRACKING_ID") as e:
        read_json("upload", 500, {}, response.content)

    assert e.value.tracking_id == "TRACKING_ID"


@pytest.mark.parametrize(
    "extensions",
    [
        {"errorName": "TooManyRequest", "reason": "Other"},
        {"errorName": "Other", "reason": "TooManyRequest"},
        {"errorName": "Other", "reason": "RateLimited"},
    ],
    ids=["name", "reason-too-many", "reason-rate-limited"],
)
def test_graphql_rate_limit_is_followed(extensions: dict[str, str]) -> None:
    """A request to slow down may come under 200 as well."""
    with pytest.raises(RateLimited):
        read_graphql("read", {"errors": [{"extensions": extensions}]})


@pytest.mark.parametrize("name", ["Invalid", "BadRequest", "Forbidden"])
def test_unknown_reason_of_a_client_error_is_final(name: str) -> None:
    """An unknown reason under a name that blames the request is a refusal."""
    with pytest.raises(Refused) as caught:
        read_graphql("update", {"errors": [{"extensions": {"errorName": name}}]})

    assert type(caught.value) is Refused


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_graphql_codes_of_any_kind_are_survived(value: Any) -> None:
    """A name, reason or cause that is not a word makes an error that may pass."""
    error = {"extensions": {"errorName": value, "reason": value, "info": value}}

    with pytest.raises(Unavailable, match="unexpected error"):
        read_graphql("find", {"errors": [error]}, tolerated={"Tolerated"})


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_http_codes_of_any_kind_are_survived(value: Any) -> None:
    """A reason or tracking id that is not a word is left out."""
    body = json.dumps({"error": {"reason": value, "tracking_id": value}}).encode()

    with pytest.raises(
        Unexpected, match="this is not a response of Authgear"
    ) as caught:
        read_json("upload", 400, {}, body)

    assert caught.value.tracking_id is None


@pytest.mark.parametrize(
    ("causes", "shown"),
    [
        ([{"location": "/b"}, {"location": "/a"}, {"location": "/a"}], "/a, /b"),
        ([{"location": "/name is Ada"}, {}, 7], "an unknown location"),
        ([{"location": "/" + "a" * 80}], "an unknown location"),
        ({}, "an unknown location"),
        (None, "an unknown location"),
    ],
    ids=["sorted", "no-pointers", "too-long", "object", "null"],
)
def test_invalid_attribute_is_named_by_location_alone(causes: Any, shown: str) -> None:
    """Where it is invalid, once each and in order; nothing that might be a value."""
    extensions = {"reason": "ValidationFailed", "info": {"causes": causes}}

    with pytest.raises(AttributesInvalid) as caught:
        read_graphql("update", {"errors": [{"extensions": extensions}]})

    assert caught.value.detail == f"ValidationFailed at {shown}"


def test_tolerated_error_leaves_the_data() -> None:
    """gql.lookup.login_email_malformed: the rest of the data is usable."""
    content = json.loads(recorded("gql.lookup.login_email_malformed").content)

    data = read_graphql("find", content, tolerated={"GetUsersInvalidArgument"})

    assert data == {"getUserByLoginID": None}


def test_tolerated_error_may_leave_no_data() -> None:
    """gql.lookup.attr_email_malformed: `data` is null beside the error."""
    content = json.loads(recorded("gql.lookup.attr_email_malformed").content)

    assert read_graphql("find", content, tolerated={"GetUsersInvalidArgument"}) == {}


@pytest.mark.parametrize(("value", "seconds"), WAITS.items(), ids=[*map(repr, WAITS)])
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    """A date counts from the answer's own `Date`; an invalid value is ignored."""
    with pytest.raises(Unavailable) as caught:
        read_json("read", 503, {"Retry-After": value, "Date": DATE}, b"")

    assert caught.value.retry_after == seconds


def test_retry_after_date_needs_the_answer_s_date() -> None:
    """A date cannot be measured by a clock that may go wrong."""
    headers = {"Retry-After": DATE}

    with pytest.raises(Unavailable) as caught:
        read_json("read", 503, headers, b"")

    assert caught.value.retry_after is None


@given(value=st.text(), date=st.text() | st.just(DATE))
def test_retry_after_of_any_text_is_survived(value: str, date: str) -> None:
    """For any header, the error is the status's, and its pause is not negative."""
    with pytest.raises(RateLimited) as caught:
        read_json("read", 429, {"Retry-After": value, "Date": date}, b"")

    assert (caught.value.retry_after or 0) >= 0


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504, 599])
def test_status_that_may_pass_is_unavailable(status: int) -> None:
    """Timeouts, too early, and all that is the server's fault."""
    with pytest.raises(Unavailable):
        read_json("read", status, {}, b"")


@pytest.mark.parametrize("status", [201, 204, 302, 401, 415, 418, 499])
def test_other_status_is_unexpected(status: int) -> None:
    """A status that Authgear does not give is unexpected, even with a good body."""
    with pytest.raises(Unexpected):
        read_json("read", status, {}, b'{"data": {}}')


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"1" * 5000, b"\xff\xfe", b"[]", b'"a"', b"null", b""]
)
def test_body_that_is_no_object_is_unexpected(body: bytes) -> None:
    """Nested too deep, too large a number, no text, or another kind of JSON."""
    with pytest.raises(Unexpected, match="not a JSON object"):
        read_json("read", 200, {}, body)
