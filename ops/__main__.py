"""Run a command: `python -m ops doctor --stack pictures`."""

import sys

try:
    from ops.cli import app
except ModuleNotFoundError as error:
    sys.stderr.write(
        f"{error.name} is not installed here. Run `make ops` once, then "
        ".venv/bin/python -m ops.\n"
    )
    sys.exit(2)

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # A key of the bucket may hold what the terminal cannot show.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # files
    app(prog_name="ops")
