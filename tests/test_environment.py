"""How the Makefile's virtual environments are made."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from local.paths import ROOT

SCRIPT = ROOT / "tools" / "environment.py"
# A Python without the module venv, as on Debian.
NO_VENV = """
import subprocess, sys
sys.path.insert(0, {tools!r})
import environment
environment.sys.executable = {python!r}
sys.exit(environment.main(*sys.argv[1:]))
"""


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Return a file that asks for nothing, which needs no network."""
    file = tmp_path / "requirements.txt"
    file.write_text("")
    return file


def run(folder: Path, requirements: Path) -> subprocess.CompletedProcess[str]:
    """Make an environment."""
    return subprocess.run(  # noqa: S603 - of our own
        [sys.executable, SCRIPT, folder, requirements, ".stamp"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_half_made_environment_is_made_anew_and_once(
    tmp_path: Path, requirements: Path
) -> None:
    """One without pip does not count, blanks do not matter, and twice is once."""
    folder = tmp_path / "my project é" / ".venv"
    make = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(make, check=True)  # noqa: S603 - of our own
    (folder / "rubbish").touch()

    first, second = run(folder, requirements), run(folder, requirements)

    assert (first.returncode, second.returncode) == (0, 0), first.stdout
    assert (folder / ".stamp").exists()
    assert not (folder / "rubbish").exists()
    assert "Installing" in first.stdout
    assert second.stdout == ""


def test_missing_module_is_one_clear_line(tmp_path: Path, requirements: Path) -> None:
    """Where Python comes without venv, the package to install is named."""
    folder = tmp_path / ".venv"
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho No module named ensurepip >&2\nexit 1\n")
    python.chmod(0o755)
    code = NO_VENV.format(tools=str(SCRIPT.parent), python=str(python))

    result = subprocess.run(  # noqa: S603 - of our own
        [sys.executable, "-c", code, folder, requirements, ".stamp"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert result.returncode == 1
    assert f"apt install python{version}-venv" in result.stdout.splitlines()[-1]
    assert not folder.exists()


def test_three_at_once_wait_for_one_another(tmp_path: Path, requirements: Path) -> None:
    """One makes it, and the others find it made."""
    folder, results = tmp_path / ".venv", []
    threads = [
        threading.Thread(target=lambda: results.append(run(folder, requirements)))
        for _ in range(3)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [result.returncode for result in results] == [0, 0, 0]
    assert sum("Installing" in result.stdout for result in results) == 1
