#: closing the wire
#: says: the code ended the Python process|SIGKILL
import os

os.close(3)
