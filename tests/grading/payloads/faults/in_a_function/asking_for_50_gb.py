#: asking for 50 GB
#: says: MemoryError
def double(x):
    return bytearray(50 * 2**30)
