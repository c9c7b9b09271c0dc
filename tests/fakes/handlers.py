"""A handler for a package of the function, whose process dies of some files."""

# The function, in which whatever begins as CRASHES takes the process along when it is
# read, as a fault in a library of native code does.
CRASHES = b"CRASH"
CRASHING_HANDLER = f'''
import os, signal
from botocore.response import StreamingBody

read = StreamingBody.read

def crash(self, *how, **also):
    """Die as native code does."""
    data = read(self, *how, **also)
    if data.startswith({CRASHES!r}):
        os.kill(os.getpid(), signal.SIGSEGV)
    return data

StreamingBody.read = crash
from real_handler import handler
'''
