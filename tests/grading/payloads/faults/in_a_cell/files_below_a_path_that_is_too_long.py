#: files below a path that is too long
#: says: more than 20 MB to disk
#: seconds: 10
import os
import time

for _ in range(20):
    os.mkdir("d" * 250)
    os.chdir("d" * 250)
for name in "abc":
    with open(name, "wb") as file:
        for _ in range(9):
            file.write(bytes(2**20))
time.sleep(600)
