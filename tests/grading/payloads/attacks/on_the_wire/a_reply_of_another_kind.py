#: a reply of another kind
#: says: could not be read
import os
import struct

import msgspec


def frame(tree, blob=b""):
    body = msgspec.msgpack.encode(tree)
    return struct.pack(">II", len(body), len(blob)) + body + blob


os.write(3, frame({"score": 1e6}))
