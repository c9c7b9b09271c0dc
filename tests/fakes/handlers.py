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
