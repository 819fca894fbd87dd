#: an endless destructor
#: says: no answer
import time


class D:
    def __del__(s):
        while True:
            time.sleep(0.01)


d = D()
del d
