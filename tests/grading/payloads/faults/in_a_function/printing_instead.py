#: printing instead
#: says: twice two is four
def double(x):
    print(2 * x)
