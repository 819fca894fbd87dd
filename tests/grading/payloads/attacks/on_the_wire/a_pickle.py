#: a pickle
#: says: could not be read
import os
import pickle

os.write(3, pickle.dumps({"score": 1e6}))
