#: files without a name
#: says: more than 20 MB to disk
#: seconds: 10
import os
import time

open_files = []
for i in range(10):
    f = open("f", "wb")
    os.unlink("f")
    for _ in range(9):
        f.write(bytes(2**20))
    f.flush()
    open_files.append(f)
time.sleep(600)
