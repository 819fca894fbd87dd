#: memory of a process whose first thread has ended
#: says: more than 1024 MB of memory
#: seconds: 10
import ctypes
import os
import threading
import time

for _ in range(3):
    if not os.fork():
        held = b"x" * (450 << 20)
        threading.Thread(target=time.sleep, args=(60,)).start()
        ctypes.CDLL(None).syscall(93 if os.uname().machine == "aarch64" else 60, 0)
time.sleep(600)
