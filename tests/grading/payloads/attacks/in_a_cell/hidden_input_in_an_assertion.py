#: hidden input in an assertion
#: answers: AssertionError: 2
def double(x):
    assert False, x
