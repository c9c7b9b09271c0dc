"""Shared by the tests of the grid."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.new_container import run

SCRIPT = """
import json, logging
logging.basicConfig(level="DEBUG")
import handler
aws = handler.AWS
names = ["botocore.parsers", "urllib3.connectionpool", "handler"]
print(json.dumps({
    "aws": {
        "connect_timeout": aws.connect_timeout,
        "read_timeout": aws.read_timeout,
        "retries": aws.retries,
    },
    "tell": [n for n in names if logging.getLogger(n).isEnabledFor(logging.INFO)],
}))
"""


@pytest.fixture(scope="session")
def configuration() -> dict[str, Any]:
    """Import the handler at the most talkative level; return what it configures."""
    loaded: dict[str, Any] = json.loads(run(SCRIPT).splitlines()[-1])
    return loaded
