#: an object it does not own
#: says: not an answer|could not be read|twice two
import gc
import os
import struct

import msgspec


def frame(tree, blob=b""):
    body = msgspec.msgpack.encode(tree)
    return struct.pack(">II", len(body), len(blob)) + body + blob


asked = next(thing for thing in gc.get_objects() if type(thing).__name__ == "Responder").frame
number = msgspec.msgpack.decode(asked[8 : 8 + struct.unpack(">I", asked[:4])[0]])[1]
os.write(3, frame(["Answer", number, ["Handle", 2**40, "builtins"], None]))
os._exit(0)
