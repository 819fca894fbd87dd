#: files without a name that are mapped and closed
#: says: more than 20 MB to disk
#: seconds: 10
import ctypes
import os
import time

libc = ctypes.CDLL(None)
for _ in range(3):
    f = open("f", "w+b")
    for _ in range(9):
        f.write(bytes(2**20))
    f.flush()
    libc.mmap(None, 4096, 3, 1, f.fileno(), 0)
    os.unlink("f")
    f.close()
time.sleep(600)
