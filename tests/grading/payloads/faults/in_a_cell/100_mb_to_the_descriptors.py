#: 100 MB to the descriptors
#: proof: _ == 99
#: seconds: 10
import os

for _ in range(100):
    os.write(1, bytes(10**6))
    os.write(2, bytes(10**6))
