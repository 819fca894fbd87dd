#: a detached process
#: proof: child > 0
import os
import time

child = os.fork()
if child == 0:
    os.setsid()
    if os.fork() == 0:
        for _ in range(1200):
            time.sleep(0.05)
            try:
                open("../results/results.json", "w").write("x")
            except BaseException:
                pass
    os._exit(0)
