#: a missing file
#: says: FileNotFoundError
def double(x):
    open("not there")
