"""
Record a real server's answers to the probes again; docs/develop.md says how.

`python -m tests.contract.record FILE` writes the whole recording, with placeholders
instead of volatile values. A file with a token, a key or a signature is not written.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.contract.comparison import conceal_text, describe_picture
from tests.contract.exchanges import Answer, prepare, send
from tests.contract.live import LiveStage
from tests.contract.probes import ANSWERS, PROBES, Probe
from tests.contract.uploads import SELF_SIGNED

HEADERS = ("content-type", "location", "cache-control", "allow")
# The other families need a server that is set up, or stopped, by hand.
FAMILIES = ("presign.", "gql.", "upload.", "images.")
# These destroy users, or are signed with the server's own secret.
BY_HAND = ("gql.state.", "upload.signed_valid_selfmade", *SELF_SIGNED)
BINARY = re.compile(r"<\d+ bytes binary>")
SECRETS = re.compile(r"eyJ[\w-]+\.[\w-]+\.|PRIVATE KEY|signature=[0-9a-f]{64}")


def main(
    environment: Mapping[str, str], output: Path, families: tuple[str, ...] = FAMILIES
) -> list[str]:
    """
    Write the recording, with the earlier answer where no new one can be recorded.

    Args:
        environment: Names the server, see `LiveStage`.

        output: The file.

        families: The beginnings of the ids of the probes to send.

    Returns:
        The ids of the answers that were recorded.

    Raises:
        SystemExit: An answer has a secret; nothing is written.
    """
    stage = LiveStage(environment)
    entries = json.loads(ANSWERS.read_text())
    recorded = []
    for entry in entries:
        probe = PROBES[entry["id"]]
        if probe.id.startswith(families) and can_record(stage, probe):
            entry["response"] = record(stage, probe)
            recorded.append(probe.id)
    text = json.dumps(entries, indent=1, ensure_ascii=False) + "\n"
    if SECRETS.search(text):
        message = "an answer has a token, a key or a signature: nothing is written"
        raise SystemExit(message)
    output.write_text(text)
    return recorded


def can_record(stage: LiveStage, probe: Probe) -> bool:
    """Tell whether a probe needs no more than the server and its users."""
    is_usual = probe.via == "front" and not probe.id.startswith(BY_HAND)
    return bool(probe.response) and is_usual and stage.has_values_for(probe)


def record(stage: LiveStage, probe: Probe) -> dict[str, Any]:
    """Send a probe, and return the response in the recording's form."""
    prepare(stage, probe)
    answer = send(stage, probe)
    headers = {
        name: conceal_text(stage, answer.headers[name])
        for name in HEADERS
        if name in answer.headers
    }
    return {"status": answer.status, "headers": headers} | _describe(
        stage, probe, answer
    )


def _describe(stage: LiveStage, probe: Probe, answer: Answer) -> dict[str, Any]:
    """Return an answer's body; of a picture its size and the facts about it."""
    earlier = (probe.response or {})["body"]
    if BINARY.fullmatch(earlier):
        size = f"<{len(answer.body)} bytes binary>"
        return {"body": size, "image": describe_picture(answer.body)}
    text = answer.body.decode(errors="replace")
    if "GraphiQL" in text:
        return {"body": earlier}
    return {"body": conceal_text(stage, text)}


if __name__ == "__main__":
    ids = main(os.environ, Path(sys.argv[1]))
    sys.stdout.write(f"recorded {len(ids)} of {len(PROBES)} probes\n")
