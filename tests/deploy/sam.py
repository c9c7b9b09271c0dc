"""SAM's own programs and checkov, with no way to the network and no user's settings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens


def run(
    program: str, *arguments: str | Path, venv: str = ".venv-sam"
) -> subprocess.CompletedProcess[str]:
    """Run a program of a virtual environment in the repository's root."""
    return subprocess.run(  # noqa: S603 - programs and arguments of our own
        [ROOT / venv / "bin" / program, *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.devnull,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "HTTP_PROXY": NOWHERE,
            "HTTPS_PROXY": NOWHERE,
            "SAM_CLI_TELEMETRY": "0",
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
