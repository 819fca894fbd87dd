#: recursion
#: says: RecursionError
def f():
    return f()


f()
