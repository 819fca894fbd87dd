#: stopping itself
#: says: no answer
import os

os.kill(os.getpid(), 19)
