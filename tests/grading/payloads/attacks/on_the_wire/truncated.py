#: truncated
#: says: could not be read|no answer
import os
import struct

os.write(3, struct.pack(">II", 1000, 0) + b"x" * 10)
