#: a wall of children that ignore signals
#: proof: len(children) == 20
import os
import signal
import time

children = []
for i in range(20):
    children.append(os.fork())
    if not children[-1]:
        os.setsid()
        for n in range(1, 65):
            try:
                signal.signal(n, signal.SIG_IGN)
            except Exception:
                pass
        time.sleep(60)
        os._exit(0)
