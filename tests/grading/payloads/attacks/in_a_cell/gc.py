#: gc
#: answers: IndexError
#: otter: shows TestCase
import gc


def double(x):
    raise ValueError([o for o in gc.get_objects() if type(o).__name__ == "TestCase"][0])
