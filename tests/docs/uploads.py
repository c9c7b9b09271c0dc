"""The code that docs/uploads.md shows, ready to run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from local.aws.clients import REGION
from local.paths import ROOT
from local.system import BUCKET

PAGE = ROOT / "docs" / "uploads.md"
# The words that stand for the reader's own.
VALUES = {"YOUR_BUCKET": BUCKET, "YOUR_REGION": REGION}
TIMEOUT = 60  # seconds

Form = dict[str, Any]


def read_blocks(language: str) -> list[str]:
    """Return the page's blocks of a language, with the reader's own words in them."""
    text = PAGE.read_text()
    for word, value in VALUES.items():
        text = text.replace(word, value)
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run_python(code: str, expression: str, environment: Mapping[str, str]) -> Any:
    """
    Run a block in a process of its own, and return the value of an expression.

    Args:
        code: The block.

        expression: What to evaluate then; its value must be JSON.

        environment: The process's variables, beside the path.
    """
    program = f"{code}\nimport json\nprint(json.dumps({expression}))"
    finished = subprocess.run(  # noqa: S603 - from this project's own documents
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        check=True,
        timeout=TIMEOUT,
    )
    return json.loads(finished.stdout)


def sign_upload(user_id: str, environment: Mapping[str, str]) -> Form:
    """Return a form as the page's server signs it, with the credentials given."""
    sign, _ = read_blocks("python")
    form: Form = run_python(sign, f"sign_upload({user_id!r})", environment)
    return form
