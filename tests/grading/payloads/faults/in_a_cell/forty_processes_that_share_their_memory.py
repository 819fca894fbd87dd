#: forty processes that share their memory
#: proof: len(children) == 40
import os
import time

children = []
for _ in range(40):
    children.append(os.fork())
    if not children[-1]:
        time.sleep(60)
        os._exit(0)
time.sleep(0.3)
