"""A handler for a package of the function, whose processes die of some files."""

# The function, in which a file that begins as CRASHES ends the process when it is
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
from real_handler import decoder, handler
decoder.stop()
decoder.module = "crashing_decoder"
'''

# The workers' replacement of the picture maker: a decoder that dies, and with it a
# worker alone, of any file that begins as DECODER_CRASHES does.
DECODER_CRASHES = b"DECODER"
CRASHING_DECODER = f"""
import ctypes
from pictures.profile_picture import make_profile_picture as decode

def make_profile_picture(data, *how):
    if data.startswith({DECODER_CRASHES!r}):
        ctypes.string_at(0)
    return decode(data, *how)
"""
