#: a leak in many processes
#: says: more than 1024 MB of memory
#: seconds: 10
import os
import time

for i in range(8):
    if os.fork() == 0:
        a = bytearray(b"x") * (300 * 2**20)
        time.sleep(600)
time.sleep(600)
