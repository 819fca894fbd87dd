#: a list of two thousand objects
#: says: cannot be sent
def double(x):
    class a:
        pass

    return [a() for _ in range(2000)]
