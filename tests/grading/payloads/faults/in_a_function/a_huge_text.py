#: a huge text
#: says: cannot be sent
def double(x):
    return "x" * 10**7
