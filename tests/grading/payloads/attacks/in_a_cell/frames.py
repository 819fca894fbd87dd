#: frames
#: answers: ValueError: .*
#: otter: shows without_a_kernel
import sys


def double(x):
    f, seen = sys._getframe(), []
    while f:
        seen.append(str(f.f_locals))
        f = f.f_back
    raise ValueError("".join(seen)[-150:])
