#: an array for a number
#: says: could not be read
import os
import struct

import msgspec


def frame(tree, blob=b""):
    body = msgspec.msgpack.encode(tree)
    return struct.pack(">II", len(body), len(blob)) + body + blob


os.write(3, frame(["Answer", ["Array", "<i8", [2]], 4, None], bytes(16)))
