"""A function to invoke, that does what its event says."""

HANDLER = '''
import json, os, sys, time

def handler(event, context):
    """Do what the event says."""
    print("not a record")
    print(json.dumps({"outcome": "synced", "reason": "r", "detail": "d",
                      "key": event.get("key", ""), "total_ms": 1.5}), flush=True)
    time.sleep(event.get("sleep", 0))
    if "exit" in event:
        os._exit(event["exit"])
    if "raise" in event:
        raise ValueError(event["raise"])
    return {"pid": os.getpid(), "request_id": context.aws_request_id,
            "left": context.get_remaining_time_in_millis()}
'''

# The function, with a decoder that crashes on files that begin as CRASHES does: the
# text of `handler.py`, and of the module that its workers run.
CRASHES = b"CRASH"
CRASHING_HANDLER = """
import importlib.util, pathlib, function

path = pathlib.Path(function.__file__).with_name("handler.py")
spec = importlib.util.spec_from_file_location("real_handler", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.decoder.stop()
module.decoder.module = "crashing_decoder"
handler = module.handler
"""
CRASHING_DECODER = f"""
import ctypes
from pictures.profile_picture import make_profile_picture as decode

def make_profile_picture(data, *how):
    \"\"\"Die as a native decoder does.\"\"\"
    if data.startswith({CRASHES!r}):
        ctypes.string_at(0)
    return decode(data, *how)
"""
