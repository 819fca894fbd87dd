#: files of a process whose first thread has ended
#: says: more than 20 MB to disk
#: seconds: 10
import ctypes
import os
import threading
import time

if not os.fork():
    held = []
    for _ in range(3):
        held.append(open("f", "wb"))
        os.unlink("f")
        for _ in range(9):
            held[-1].write(bytes(2**20))
        held[-1].flush()
    threading.Thread(target=time.sleep, args=(60,)).start()
    ctypes.CDLL(None).syscall(93 if os.uname().machine == "aarch64" else 60, 0)
time.sleep(600)
