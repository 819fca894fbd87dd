#: KeyboardInterrupt
#: says: KeyboardInterrupt
def double(x):
    raise KeyboardInterrupt
