#: a segmentation fault
#: says: SIGSEGV
def double(x):
    import ctypes

    ctypes.string_at(0)
