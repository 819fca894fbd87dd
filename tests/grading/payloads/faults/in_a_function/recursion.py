#: recursion
#: says: RecursionError
def double(x):
    return double(x)
