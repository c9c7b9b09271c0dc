"""A child that fails in the way that the file it gets asks for."""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import time

while head := sys.stdin.buffer.read(4):
    order = sys.stdin.buffer.read(*struct.unpack(">I", head)).decode()
    if order == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if order == "hang":
        time.sleep(60)
    memory = 600_000_001 if order == "grow" else 1
    print(json.dumps({"verdict": "made", "seconds": 0.0, "memory": memory}), flush=True)
