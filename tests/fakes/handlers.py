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

# The function, with a decoder that crashes on files that begin as CRASHES does.
CRASHES = b"CRASH"
CRASHING_HANDLER = f'''
import importlib.util, os, pathlib, signal, rounds

decode = rounds.make_profile_picture

def crash(data, *how):
    """Die as a native decoder does."""
    if data.startswith({CRASHES!r}):
        os.kill(os.getpid(), signal.SIGSEGV)
    return decode(data, *how)

rounds.make_profile_picture = crash
path = pathlib.Path(rounds.__file__).with_name("handler.py")
spec = importlib.util.spec_from_file_location("real_handler", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
handler = module.handler
'''
