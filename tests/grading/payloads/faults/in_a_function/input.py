#: input
#: says: EOF
def double(x):
    return input()
