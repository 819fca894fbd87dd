#: numpy errors set to raise
#: proof: np.geterr()["divide"] == "raise"
import numpy as np

np.seterr(all="raise")
