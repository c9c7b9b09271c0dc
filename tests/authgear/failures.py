"""The failures of a request, and the error that the client raises for each."""

from __future__ import annotations

from dataclasses import dataclass

from authgear import (
    AuthgearError,
    Forbidden,
    RateLimited,
    Refused,
    TimedOut,
    Unavailable,
    Unexpected,
    Unreachable,
)
from tests.authgear.recordings import recorded
from tests.fakes.authgear_server import (
    Fault,
    answered,
    dropped_after,
    dropped_before,
    timed_out,
)


@dataclass(frozen=True)
class Failure:
    """A fault, the error it ends as, and the requests of the step until then."""

    fault: Fault
    error: type[AuthgearError]
    status: int | None
    requests: int = 3


FAILURES = {
    "refused": Failure(dropped_before, Unreachable, None),
    "timeout": Failure(timed_out, TimedOut, None),
    "reset-after-work": Failure(dropped_after, Unreachable, None),
    "301": Failure(lambda work: recorded("presign.trailing_slash"), Unexpected, 301),
    "400": Failure(lambda work: recorded("upload.empty_file"), Unexpected, 400),
    "403": Failure(lambda work: recorded("presign.no_auth"), Forbidden, 403, 2),
    "404": Failure(lambda work: recorded("presign.unknown_path"), Unexpected, 404),
    "409": Failure(lambda work: recorded("upload.same_url_twice"), Unexpected, 409),
    "413": Failure(
        lambda work: recorded("upload.exactly_10MiB_behind_10M_proxy"), Unexpected, 413
    ),
    "429": Failure(answered({}, 429), RateLimited, 429, 4),
    "500": Failure(lambda work: recorded("storedown.upload"), Unavailable, 500),
    "502-empty": Failure(answered("", 502), Unavailable, 502),
    "503": Failure(answered("<html></html>", 503), Unavailable, 503),
    "html-200": Failure(answered("<html></html>"), Unexpected, 200),
    "truncated-200": Failure(answered('{"data": {"no'), Unexpected, 200),
}
# The upload differs: its file may be refused, and no token is at fault.
UPLOAD_FAILURES = FAILURES | {
    "400": Failure(FAILURES["400"].fault, Refused, 400, 1),
    "403": Failure(FAILURES["403"].fault, Unexpected, 403, 3),
    "413": Failure(FAILURES["413"].fault, Refused, 413, 1),
}


def expect(step: str, name: str) -> Failure:
    """Return a failure's result at a step; an update is sent once, twice on 403."""
    failure = (UPLOAD_FAILURES if step == "upload" else FAILURES)[name]
    if step == "update" and name != "403":
        return Failure(failure.fault, failure.error, failure.status, 1)
    return failure
