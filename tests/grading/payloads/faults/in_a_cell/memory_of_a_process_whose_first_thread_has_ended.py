#: memory of a process whose first thread has ended
#: says: more than 1024 MB of memory
#: seconds: 10
import ctypes
import os
import threading
import time


def hold():
    time.sleep(0.5)  # until the first thread has ended
    held = b"x" * (450 << 20)
    time.sleep(60)


for _ in range(3):
    if not os.fork():
        threading.Thread(target=hold).start()
        ctypes.CDLL(None).syscall(93 if os.uname().machine == "aarch64" else 60, 0)
time.sleep(600)
