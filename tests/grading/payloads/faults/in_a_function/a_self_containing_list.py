#: a self-containing list
#: says: cannot be sent
def double(x):
    a = []
    a.append(a)
    return a
