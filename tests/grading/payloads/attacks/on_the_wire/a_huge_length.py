#: a huge length
#: says: could not be read
import os

os.write(3, b"\xff" * 64)
