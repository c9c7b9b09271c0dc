"""The secrets of the function are nowhere in the processes that decode."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from local.paths import ROOT

CANARIES = {
    "AWS_SECRET_ACCESS_KEY": "canary-of-the-role-8c1f",
    "AWS_SESSION_TOKEN": "canary-of-the-session-27aa",
    "AUTHGEAR_SECRET_ID": "canary-of-the-secret-51e0",
}
# In the function's memory alone: put together there, so that no file holds it.
SCRIPT = """
import json, os, sys
from pathlib import Path
from pictures.isolation.decoder import Decoder, IsolatedMaker
from pictures.model import PictureSpec
from tests.samples.pictures import good

decoder = Decoder()
decoder.start()
key = "-".join(["canary", "of", "the", "key", "93d4"]) * 1000
token = "-".join(["canary", "of", "the", "token", "b07c"]) * 1000
IsolatedMaker(decoder, PictureSpec())(good()["jpeg"], 300)
decoder.wait_until_ready(300)

def read(process):
    place = Path(f"/proc/{process}")
    found = [(place / name).read_bytes() for name in ("environ", "cmdline")]
    with open(f"/proc/{process}/mem", "rb") as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            start, end = (int(it, 16) for it in line.split()[0].split("-"))
            if "r" not in line.split()[1] or "[v" in line:
                continue
            memory.seek(start)
            try:
                found.append(memory.read(end - start))
            except OSError:
                pass
    return b"".join(found)

def files(process):
    place, found = Path(f"/proc/{process}/fd"), set()
    for number in os.listdir(place):
        try:
            found.add(os.readlink(place / number).split(":")[0])
        except FileNotFoundError:  # that of the listing itself
            pass
    return sorted(found)

processes = {
    "function": os.getpid(),
    "process": decoder._process.pid,
    "worker": decoder._ready.process,
}
report = {}
for name, number in processes.items():
    try:
        content = read(number)
    except PermissionError:
        report[name] = None
        continue
    report[name] = {
        "canaries": sorted(
            word for word in ["role", "session", "secret", "key", "token"]
            if f"canary-of-the-{word}-".encode() in content
        ),
        "environment": Path(f"/proc/{number}/environ").read_text(),
        "files": files(number),
    }
print(json.dumps(report))
decoder.stop()
"""


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """Return what is found in the memory of a function and of its processes."""
    done = subprocess.run(  # noqa: S603 - code of ours
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={"PYTHONPATH": "src:.", **CANARIES},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="Linux shows memory in /proc")
def test_canaries(report: dict[str, Any]) -> None:
    """Neither process has anything of the function's secrets, in memory or files."""
    own = report["function"]
    assert own["canaries"] == ["key", "role", "secret", "session", "token"]

    for name in ("process", "worker"):
        if report[name] is None:  # hidden: only root may look
            continue
        assert report[name]["canaries"] == []
        assert report[name]["environment"] == ""
        assert report[name]["files"] == ["/dev/null", "socket"]
