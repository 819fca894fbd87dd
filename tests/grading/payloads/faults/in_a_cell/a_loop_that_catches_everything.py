#: a loop that catches everything
#: says: no answer within 1 s
import signal
import time

for n in (2, 14, 15):
    signal.signal(n, signal.SIG_IGN)
while True:
    try:
        while True:
            time.sleep(0.01)
    except BaseException:
        pass
