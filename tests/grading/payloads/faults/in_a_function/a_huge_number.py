#: a huge number
#: says: cannot be sent
def double(x):
    return 10**100000
