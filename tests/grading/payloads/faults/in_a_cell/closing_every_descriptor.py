#: closing every descriptor
#: says: the code ended the Python process|crashed
import os

os.closerange(0, 300)
