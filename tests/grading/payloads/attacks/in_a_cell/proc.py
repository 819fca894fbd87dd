#: /proc
#: answers: (PermissionError|FileNotFoundError)
#: otter: shows PATH=
def double(x):
    raise ValueError(open("/proc/self/environ").read())
