#: more mappings than can be looked at
#: says: more than 20 MB to disk
#: seconds: 10
import mmap
import os
import time

os.mkdir("d" * 200)
f = open("d" * 200 + "/f", "w+b")
f.write(bytes(4096))
f.flush()
held = [mmap.mmap(f.fileno(), 4096) for _ in range(110)]
import ctypes

libc = ctypes.CDLL(None)
for _ in range(9000):
    libc.mmap(None, 4096, 1 + 2 * (_ % 2), 1, f.fileno(), 0)
time.sleep(600)
