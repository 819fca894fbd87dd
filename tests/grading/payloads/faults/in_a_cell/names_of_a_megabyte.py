#: names of a megabyte
#: proof: any(len(name) == 600_000 for name in globals())
def f():
    pass


globals().update({c * 600_000: f for c in "ab"})
