#: an endless attribute
def double(x):
    import sys

    sys.modules["x"] = x
    return type("A", (), {"__getattr__": lambda s, n: s})()
