#: killing all it can
#: proof: os.waitpid(child, 0)[1] == 9
import os
import time

child = os.fork()
if not child:
    time.sleep(600)
os.kill(-1, 9)
time.sleep(0.2)
