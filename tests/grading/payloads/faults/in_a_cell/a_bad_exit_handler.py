#: a bad exit handler
#: proof: atexit._ncallbacks() > 0
import atexit
import os

atexit.register(lambda: os._exit(9))
