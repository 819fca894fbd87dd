#: a thousand replies
#: says: could not be read|another question
import os
import struct

import msgspec


def frame(tree, blob=b""):
    body = msgspec.msgpack.encode(tree)
    return struct.pack(">II", len(body), len(blob)) + body + blob


for number in range(1000):
    os.write(3, frame(["Answer", number, 4, None]))
