"""
The operator's commands: `python -m ops --help`.

They use the function's own modules, so that what they say and do is what it does.
`src/` is their import root in Lambda; here it has to be named.
"""

import sys
from pathlib import Path

SRC = str(Path(__file__).resolve().parent.parent / "src")
if SRC not in sys.path:
    sys.path.insert(0, SRC)
