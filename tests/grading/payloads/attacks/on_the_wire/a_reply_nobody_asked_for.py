#: a reply nobody asked for
#: says: could not be read|another question
import os
import struct

import msgspec


def frame(tree, blob=b""):
    body = msgspec.msgpack.encode(tree)
    return struct.pack(">II", len(body), len(blob)) + body + blob


os.write(3, frame(["Answer", 99, 4, None]))
