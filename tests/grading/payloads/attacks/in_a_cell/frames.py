#: frames
#: answers: ValueError: .*
#: otter: shows ipykernel
import sys


def double(x):
    f, seen = sys._getframe(), []
    while f:
        seen.append(str(f.f_locals))
        f = f.f_back
    raise ValueError("".join(seen)[-150:])
