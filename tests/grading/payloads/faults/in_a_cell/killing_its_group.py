#: killing its group
#: says: SIGKILL
import os

os.killpg(0, 9)
