#: a list of two thousand objects
#: says: too many objects
def double(x):
    class a:
        pass

    return [a() for _ in range(2000)]
