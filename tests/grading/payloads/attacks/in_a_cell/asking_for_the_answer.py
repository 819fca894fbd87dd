#: asking for the answer
#: answers: EOF
def double(x):
    return input()
