#: asking for 50 GB
#: says: Error
import numpy as np

a = np.ones(50 * 2**27)
