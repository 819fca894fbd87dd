#: NaN
#: says: twice two is four
def double(x):
    return float("nan")
