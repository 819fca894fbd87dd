#: None
#: says: twice two is four
def double(x):
    return None
