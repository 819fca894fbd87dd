#: folders without end
#: says: more than 20 MB to disk
#: seconds: 10
import os
import time

for i in range(6000):
    os.mkdir(f"d{i}")
time.sleep(600)
