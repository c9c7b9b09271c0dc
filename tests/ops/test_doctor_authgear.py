"""Doctor of Authgear: whole, and broken in each way, proxies and clocks included."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.authgear import Fault
from tests.fakes import proxy, tls
from tests.ops.conftest import NAME, Ops
from tests.ops.doctor import AFTER_ENDPOINT, AFTER_KEY, look, named, wrong

INTERNAL = json.dumps(
    {"error": {"name": "InternalError", "reason": "UnexpectedError", "code": 500}}
).encode()
JSON = {"Content-Type": "application/json"}
IMAGE = "00000000-0000-4000-8000-000000000000"
OLD = 0.0  # seconds of skew that servers before 2026-06-11.0 allow


@pytest.fixture(scope="module")
def ca() -> tls.CA:
    """Return a CA of the test's own."""
    return tls.CA.create()


@pytest.fixture(autouse=True)
def impatient(ops: Ops) -> None:
    """Repeat requests at once."""
    ops.changes["sleep"] = lambda _: None


def behind(ops: Ops, endpoint: str, **changes: str) -> None:
    """Let the commands find Authgear at another endpoint."""
    ops.environment = {**ops.environment, "AUTHGEAR_ENDPOINT": endpoint, **changes}


def test_doctor_names_a_wrong_app_id(ops: Ops) -> None:
    """Authgear says no more than 403: app id and key are what to compare."""
    ops.environment = {**ops.environment, "AUTHGEAR_APP_ID": "other"}

    checks = look(ops)

    assert named(checks, "wrong") == {"key-accepted"}
    assert named(checks, "skipped") == AFTER_KEY
    assert "app id" in checks["key-accepted"]["remedy"]


def test_doctor_names_a_key_that_is_not_taken(ops: Ops) -> None:
    """A key that was deleted in the portal is refused."""
    ops.system.authgear.rotate_key()

    checks = look(ops)

    assert named(checks, "wrong") == {"key-accepted"}
    assert "ops put-key" in checks["key-accepted"]["remedy"]


@pytest.mark.parametrize(
    ("skew", "seconds"),
    [(300.0, 600), (300.0, -900), (OLD, 90), (OLD, -400)],
    ids=["ahead", "behind", "ahead-of-old", "behind-old"],
)
def test_doctor_names_this_machine_s_clock(
    ops: Ops, skew: float, seconds: float
) -> None:
    """The key is right, and is not blamed; nor is anything that needs the key."""
    ops.system.authgear.token_skew = skew
    ops.changes["now"] = lambda: time.time() + seconds

    checks = look(ops)

    direction = "ahead of" if seconds > 0 else "behind"
    told = re.match(
        rf"this machine's clock is (\d+) s {direction} Authgear's",
        checks["clock"]["finding"],
    )
    assert named(checks, "wrong") == {"clock"}
    assert named(checks, "skipped") == set()
    assert told
    assert abs(int(told[1]) - abs(seconds)) <= 3
    assert "Set this machine's clock" in checks["clock"]["remedy"]


@pytest.mark.parametrize("seconds", [600, -700], ids=["ahead", "behind"])
def test_doctor_names_the_server_s_clock(ops: Ops, seconds: float) -> None:
    """Where this machine and AWS agree, it is Authgear's clock that is wrong."""
    ops.system.authgear.clock = lambda: time.time() + seconds

    checks = look(ops)

    direction = "ahead of" if seconds > 0 else "behind"
    assert named(checks, "wrong") == {"clock"}
    assert "Authgear's clock is" in checks["clock"]["finding"]
    assert f"{direction} AWS's" in checks["clock"]["finding"]
    assert "the Authgear server" in checks["clock"]["remedy"]


def test_doctor_warns_of_clocks_that_differ_and_are_taken(ops: Ops) -> None:
    """A clock that works today fails on an older server, or with a little more skew."""
    ops.changes["now"] = lambda: time.time() + 200

    assert named(look(ops), "wrong", "warning") == {"clock"}


def test_doctor_blames_the_key_beside_a_clock_that_is_taken(ops: Ops) -> None:
    """A wrong key stays wrong by the server's own time."""
    ops.changes["now"] = lambda: time.time() + 100
    ops.system.authgear.rotate_key()

    checks = look(ops)

    assert named(checks, "wrong") == {"key-accepted"}


def test_doctor_names_an_endpoint_where_nobody_answers(ops: Ops) -> None:
    """A wrong address is reported as such, and nothing else is."""
    behind(ops, "http://127.0.0.1:9")

    checks = look(ops)

    assert named(checks, "wrong") == {"endpoint"}
    assert named(checks, "skipped") == AFTER_ENDPOINT
    assert "nothing answers" in checks["endpoint"]["finding"]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, b"<html>", "not a portal's"),
        (200, b"<html>", "not a portal's"),
        (403, b"<html>", "firewall or proxy"),
        (502, b"<html>", "Start it, or see the proxy's log"),
        (503, b"", "Start it, or see the proxy's log"),
        (500, INTERNAL, "Authgear's own log"),
    ],
    ids=["404", "page", "firewall", "502", "503", "500"],
)
def test_doctor_tells_what_answers_in_authgear_s_stead(
    ops: Ops, status: int, body: bytes, said: str
) -> None:
    """A portal, a firewall, a proxy before nothing, and a server that fails."""
    kind = JSON if body == INTERNAL else {"Content-Type": "text/html"}
    page = Fault(step="presign", status=status, body=body, headers=kind, times=None)
    ops.system.authgear.faults.add(page)

    checks = look(ops)

    assert named(checks, "wrong") == {"endpoint"}
    assert named(checks, "skipped") == AFTER_ENDPOINT
    assert said in checks["endpoint"]["remedy"]


def test_doctor_does_not_blame_a_limit(ops: Ops) -> None:
    """An operator who asks too often is told to wait."""
    limit = Fault(step="presign", status=429, headers={"Retry-After": "99"}, times=None)
    ops.system.authgear.faults.add(limit)

    checks = look(ops)

    assert named(checks, "wrong") == set()
    assert checks["endpoint"]["state"] == "unknown"


@pytest.mark.parametrize(
    ("make", "said", "remedy"),
    [
        (lambda ca, folder: ca.issue(folder), "unknown CA", "AuthgearCa"),
        (lambda ca, folder: tls.self_signed(folder), "self-signed", "AuthgearCa"),
        (
            lambda ca, folder: ca.issue(folder, valid=dt.timedelta(-1)),
            "expired",
            "Renew the server's certificate",
        ),
        (
            lambda ca, folder: ca.issue(folder, address="127.0.0.2"),
            "another address",
            "Set AuthgearEndpoint to a name",
        ),
    ],
    ids=["private-ca", "self-signed", "expired", "other-host"],
)
def test_doctor_names_what_is_wrong_with_a_certificate(
    ops: Ops,
    ca: tls.CA,
    tmp_path: Path,
    make: Callable[[tls.CA, Path], Path],
    said: str,
    remedy: str,
) -> None:
    """Each has its own remedy; key and settings are not blamed."""
    setup = proxy.Setup(
        target=ops.system.authgear.endpoint, certificate=make(ca, tmp_path)
    )
    # The CA is only trusted where its lack is not what is tried.
    trusted = {"AUTHGEAR_CA": ca.pem} if said in ("expired", "another address") else {}

    with proxy.serve(setup) as endpoint:
        behind(ops, endpoint, **trusted)
        checks = look(ops)

    assert named(checks, "wrong") == {"endpoint"}
    assert said in checks["endpoint"]["finding"]
    assert remedy in checks["endpoint"]["remedy"]


def test_doctor_is_content_with_a_private_ca_that_is_given(
    ops: Ops, ca: tls.CA, tmp_path: Path
) -> None:
    """The remedy for a private CA works, from the endpoint to the upload."""
    setup = proxy.Setup(
        target=ops.system.authgear.endpoint, certificate=ca.issue(tmp_path)
    )

    with proxy.serve(setup) as endpoint:
        behind(ops, endpoint, AUTHGEAR_CA=ca.pem)
        checks = look(ops, "--upload")

    assert named(checks, "wrong", "warning", "skipped") == set(), checks


def test_doctor_names_a_proxy_that_does_not_tell_of_tls(
    ops: Ops, ca: tls.CA, tmp_path: Path
) -> None:
    """Authgear makes http URLs; header and variable are in the remedy."""
    setup = proxy.Setup(
        target=ops.system.authgear.endpoint,
        certificate=ca.issue(tmp_path),
        passes_scheme=False,
    )

    with proxy.serve(setup) as endpoint:
        behind(ops, endpoint, AUTHGEAR_CA=ca.pem)
        checks = look(ops)

    assert named(checks, "wrong") == {"upload-origin"}
    assert named(checks, "skipped") == {"app-id", "image-store"}
    assert endpoint in checks["upload-origin"]["finding"]
    assert "X-Forwarded-Proto" in checks["upload-origin"]["remedy"]
    assert "TRUST_PROXY" in checks["upload-origin"]["remedy"]


def test_doctor_names_a_proxy_that_hides_the_host(ops: Ops) -> None:
    """Both origins are named, since one of them has to change."""
    target = ops.system.authgear.endpoint

    with proxy.serve(proxy.Setup(target=target, passes_host=False)) as endpoint:
        behind(ops, endpoint)
        checks = look(ops)

    assert named(checks, "wrong") == {"upload-origin"}
    assert target in checks["upload-origin"]["finding"]
    assert endpoint in checks["upload-origin"]["finding"]
    assert "Host header" in checks["upload-origin"]["remedy"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"https://evil:99999/_images/demo/{IMAGE}?s=CANARY", "https://evil:99999"),
        (f"http://a@b:x/_images/demo/{IMAGE}?s=CANARY", "http://b:x"),
        ("/relative", "no upload URL"),
        (["CANARY"], "no upload URL"),
        (None, "no upload URL"),
    ],
    ids=["port", "user", "relative", "list", "null"],
)
def test_doctor_survives_any_upload_url(ops: Ops, url: Any, said: str) -> None:
    """A wrong upload URL of any form is a finding, without its query."""
    body = json.dumps({"result": {"upload_url": url}}).encode()
    # The first request carries no token.
    plain = {"Content-Type": "text/plain; charset=utf-8"}
    refuse = Fault(step="presign", status=403, body=b"Forbidden", headers=plain)
    hand_out = Fault(step="presign", body=body, headers=JSON, times=None)
    ops.system.authgear.faults.add(refuse)
    ops.system.authgear.faults.add(hand_out)

    checks = look(ops)

    assert named(checks, "wrong") == {"upload-origin"}
    assert said in checks["upload-origin"]["finding"]
    assert "CANARY" not in str(checks)


@pytest.mark.parametrize("upload", [(), ("--upload",)], ids=["look", "upload"])
@pytest.mark.parametrize(
    ("changes", "check", "said"),
    [
        ({"routes": ("/_api/",)}, "image-store", "pass /_images/ on"),
        ({"down": ("/_images/",)}, "image-store", "Start it, or see the proxy's log"),
        (
            {"routes": ("/_images/", "/_api/admin/images")},
            "users",
            "pass /_api/admin/graphql on",
        ),
        ({"down": ("/_api/admin/graphql",)}, "users", "see the proxy's log"),
    ],
    ids=["no-images", "images-down", "no-graphql", "graphql-down"],
)
def test_doctor_names_a_part_that_the_proxy_does_not_reach(
    ops: Ops,
    upload: tuple[str, ...],
    changes: dict[str, tuple[str, ...]],
    check: str,
    said: str,
) -> None:
    """No picture could be uploaded there, whether doctor looks or uploads."""
    setup = proxy.Setup(target=ops.system.authgear.endpoint, **changes)  # type: ignore[arg-type] # tuples all

    with proxy.serve(setup) as endpoint:
        behind(ops, endpoint)
        checks = look(ops, *upload)

    assert named(checks, "wrong") == {check}
    assert said in checks[check]["remedy"]


def test_doctor_names_a_proxy_before_an_authgear_that_is_down(ops: Ops) -> None:
    """The proxy answers: the network is fine, and the endpoint may be, too."""
    with proxy.serve(proxy.Setup()) as endpoint:
        behind(ops, endpoint)
        checks = look(ops)

    assert named(checks, "wrong") == {"endpoint"}
    assert "a proxy answers 502" in checks["endpoint"]["finding"]


def test_doctor_names_a_database_that_is_down(ops: Ops) -> None:
    """Authgear hands out URLs and cannot read users: its own log knows why."""
    down = Fault(step="read", status=500, body=INTERNAL, headers=JSON, times=None)
    ops.system.authgear.faults.add(down)

    checks = look(ops)

    assert named(checks, "wrong") == {"users"}
    assert "database" in checks["users"]["remedy"]


@pytest.mark.parametrize("upload", [(), ("--upload",)], ids=["look", "upload"])
def test_doctor_names_a_missing_image_store(ops: Ops, upload: tuple[str, ...]) -> None:
    """It is found by a look, without an upload."""
    ops.system.authgear.images.available = False

    checks = wrong(ops, *upload)

    assert list(checks) == ["image-store"]
    assert "object store" in checks["image-store"]["remedy"]


@pytest.mark.parametrize("status", [404, 403, 413, 201])
def test_doctor_believes_no_upload_but_a_200(ops: Ops, status: int) -> None:
    """With any other answer, no picture can be stored."""
    fault = Fault(step="upload", status=status, body=b"<html>", times=None)
    ops.system.authgear.faults.add(fault)

    assert list(wrong(ops, "--upload")) == ["image-store"]


def test_doctor_uploads_only_if_told_to(ops: Ops) -> None:
    """Uploads stay public forever."""
    before = len(ops.system.authgear.images)

    ops.run("doctor")
    without = len(ops.system.authgear.images)
    ops.run("doctor", "--upload")

    assert (without, len(ops.system.authgear.images)) == (before, before + 1)


def test_doctor_of_a_stack_with_a_wrong_endpoint_looks_at_the_rest(ops: Ops) -> None:
    """Checks that do not need Authgear are still shown."""
    with ops.variables(AUTHGEAR_ENDPOINT="http://127.0.0.1:9"):
        checks = look(ops, "--stack", NAME)

    assert named(checks, "wrong") == {"endpoint"}
    assert named(checks, "skipped") == AFTER_ENDPOINT
