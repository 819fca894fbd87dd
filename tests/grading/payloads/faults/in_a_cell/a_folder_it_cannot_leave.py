#: a folder it cannot leave
#: proof: os.stat("d").st_mode & 0o777 == 0
import os

os.mkdir("d", 0)
