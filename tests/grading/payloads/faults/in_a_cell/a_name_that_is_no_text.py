#: a name that is no text
#: proof: child > 0
import ctypes
import os
import time

child = os.fork()
if child == 0:
    ctypes.CDLL(None).prctl(15, b"\xff\xfe) S 1", 0, 0, 0)
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
