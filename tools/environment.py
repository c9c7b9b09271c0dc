"""
Make a virtual environment, or bring it up to date: what the Makefile calls.

`python3 tools/environment.py FOLDER REQUIREMENTS STAMP [STAMP ...]` installs what a
file of locked requirements lists, and touches the stamps. Any Python 3 can start it, so
that an old one can say what is missing; several at once wait for one another.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)


def main(name: str, requirements: str, *stamps: str) -> int:
    """
    Install what is not there yet.

    Args:
        name: The environment's folder.

        requirements: The file that lists what is installed.

        stamps: Files in the folder that are touched afterwards.

    Returns:
        The exit status.
    """
    if sys.version_info < OLDEST:
        print("Python 3.11 or newer is needed: make PYTHON=python3.12 ...")
        return 1
    import fcntl

    folder = Path(name)
    with Path(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_fresh([folder / stamp for stamp in stamps], Path(requirements)):
            return 0  # another make has done it in the meantime
        start = time.time()
        print(f"Installing {requirements} into {folder}, once ...", flush=True)
        status = create(folder) or install(folder, requirements)
        if status == 0:
            for stamp in stamps:
                (folder / stamp).touch()
            print(f"... done in {time.time() - start:.0f} s.", flush=True)
        return status


def is_fresh(stamps: "list[Path]", requirements: Path) -> bool:
    """Tell whether all was installed after the requirements were written."""
    wanted = requirements.stat().st_mtime
    return all(it.exists() and it.stat().st_mtime >= wanted for it in stamps)


def create(folder: Path) -> int:
    """Make the environment unless it is there; one that is half made is made again."""
    if works(folder):
        return 0
    remove(folder)
    made = subprocess.run(  # noqa: S603 - of our own
        [sys.executable, "-m", "venv", folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if made.returncode == 0 and works(folder):
        return 0
    remove(folder)
    text = made.stdout.strip()
    if "ensurepip" in text or "No module named" in text or not text:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        print(f"Python's module venv is missing: apt install python{version}-venv")
    else:
        print(f"{folder} cannot be made: {text.splitlines()[-1]}")
    return 1


def remove(folder: Path) -> None:
    """Remove an environment, but not one that a link leads to."""
    if not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)


def works(folder: Path) -> bool:
    """Tell whether there is an environment with a pip that starts."""
    command = [str(folder / "bin" / "python"), "-m", "pip", "--version"]
    try:
        shown = subprocess.run(  # noqa: S603 - of our own
            command, capture_output=True, check=False
        )
    except OSError:
        return False
    # Without its own configuration it is another environment's Python.
    return shown.returncode == 0 and (folder / "pyvenv.cfg").exists()


def install(folder: Path, requirements: str) -> int:
    """Install what a file lists, by hash, and nothing else."""
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    options = ["--disable-pip-version-check", "--no-deps", "--require-hashes"]
    return subprocess.run(  # noqa: S603 - of our own
        [*command, *options, "-r", requirements], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
