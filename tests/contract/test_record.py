"""The recorder, tried on the emulator: it must record what the real server answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.authgear import Authgear, Fault
from tests.contract.comparison import describe_recording
from tests.contract.live import LiveStage
from tests.contract.not_followed import NOT_FOLLOWED
from tests.contract.probes import ANSWERS, PROBES
from tests.contract.record import can_record, main
from tests.contract.stage import Clock, Stage

# One of each kind: tokens, methods, look-ups, updates, a used URL, pictures.
SOME = (
    *("presign.aud_", "presign.options", "gql.lookup.login_", "gql.update.name_"),
    *("gql.update.full_merge_ok", "upload.ok_png", "upload.same_url", "images.jpeg."),
)


@pytest.fixture
def authgear() -> Iterator[Authgear]:
    """Run an emulator with the clock of this machine."""
    with Authgear.start(app_id="other-app") as authgear:
        yield authgear


@pytest.fixture
def environment(authgear: Authgear, tmp_path: Path) -> dict[str, str]:
    """Return the variables that name the emulator, with the recording's users."""
    key = {
        "key_id": authgear.key_pair.key_id,
        "private_key": authgear.key_pair.private_key,
    }
    (tmp_path / "key.json").write_text(json.dumps(key))
    users = Stage(authgear, Clock()).users
    return {
        "RECORD_HOST": authgear.host,
        "RECORD_APP_ID": authgear.app_id,
        "RECORD_KEY": str(tmp_path / "key.json"),
        **{f"RECORD_USER_{name}": user.id for name, user in users.items()},
    }


def read(path: Path) -> dict[str, Any]:
    """Return the entries of a recording by id."""
    return {entry["id"]: entry for entry in json.loads(path.read_text())}


def test_recording_is_that_of_the_real_server(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Each answer is recorded in a form that the comparison accepts."""
    recorded = main(environment, tmp_path / "new.json", SOME)

    stage, entries = LiveStage(environment), read(tmp_path / "new.json")
    followed = [it for it in recorded if it not in NOT_FOLLOWED]
    assert len(followed) > 20
    for it in followed:
        probe = replace(PROBES[it], response=entries[it]["response"])
        expected = describe_recording(stage, PROBES[it])
        assert describe_recording(stage, probe) == expected, it


def test_other_entries_stay(environment: dict[str, str], tmp_path: Path) -> None:
    """Requests, facts, notes and the answers of other probes are as before."""
    main(environment, tmp_path / "new.json", ("presign.ok",))

    before, after = read(ANSWERS), read(tmp_path / "new.json")
    assert list(before) == list(after)
    assert [it for it in before if before[it] != after[it]] == ["presign.ok"]
    del before["presign.ok"]["response"], after["presign.ok"]["response"]
    assert after == before


def test_values_of_the_server_are_not_recorded(
    authgear: Authgear, environment: dict[str, str], tmp_path: Path
) -> None:
    """Host, app id and the users' ids are placeholders in the file."""
    main(environment, tmp_path / "new.json", SOME)

    text = (tmp_path / "new.json").read_text()
    users = [environment[f"RECORD_USER_{name}"] for name in "ABCDEF"]
    assert [it for it in (authgear.host, "other-app", *users) if it in text] == []


def test_answer_with_a_token_is_not_written(
    authgear: Authgear, environment: dict[str, str], tmp_path: Path
) -> None:
    """An answer that repeats a token stops the recorder before it writes."""
    body = b'{"data": null, "token": "eyJhbGciOi.eyJhdWQi.c2ln"}'
    authgear.faults.add(Fault(step="read", status=200, body=body, times=None))

    with pytest.raises(SystemExit, match="nothing is written"):
        main(environment, tmp_path / "new.json", ("gql.node.ok",))

    assert not (tmp_path / "new.json").exists()


def test_probe_without_its_user_is_not_sent(environment: dict[str, str]) -> None:
    """A probe needs a value for each placeholder, and a server in its usual state."""
    del environment["RECORD_USER_B"]
    stage = LiveStage(environment)

    def find(*ids: str) -> list[bool]:
        return [can_record(stage, PROBES[it]) for it in ids]

    assert find("gql.node.ok", "upload.ok_png", "presign.no_auth") == [True] * 3
    assert (
        find("gql.nodes_dup", "upload.expired", "gql.node.identity_id") == [False] * 3
    )
    assert (
        find("presign.direct_no_forwarded", "presign.upload_url.anatomy") == [False] * 2
    )
