#: hidden input in an exception
#: answers: ValueError: 2 2
def double(x):
    raise ValueError(f"{x} {x!r}")
