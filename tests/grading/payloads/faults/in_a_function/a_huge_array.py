#: a huge array
#: says: cannot be sent
def double(x):
    import numpy as np

    return np.zeros(10**7)
