#: a slow leak
#: says: MemoryError|more than 1024 MB of memory
#: seconds: 10
import time

a = []
while True:
    a.append(bytearray(b"x") * 10**7)
    time.sleep(0.001)
