#: a fork bomb
#: says: no answer within 1 s|more than 1024 MB of memory
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
