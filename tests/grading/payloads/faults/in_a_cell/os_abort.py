#: os.abort
#: says: SIGABRT
import os

os.abort()
