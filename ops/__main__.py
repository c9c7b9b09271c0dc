"""Run a command: `python -m ops doctor --stack pictures`."""

from ops.cli import app

if __name__ == "__main__":
    app(prog_name="ops")
