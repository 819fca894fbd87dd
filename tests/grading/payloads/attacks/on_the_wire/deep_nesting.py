#: deep nesting
#: says: could not be read
import os
import struct

body = b"\x92\xa4List\x91" * 100000 + b"\xc0"
os.write(3, struct.pack(">II", len(body), 0) + body)
