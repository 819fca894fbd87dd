#: an unknown name
#: says: NameError
def double(x):
    return not_there
