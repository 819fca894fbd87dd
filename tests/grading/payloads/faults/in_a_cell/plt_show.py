#: plt.show()
#: proof: plt.get_fignums() is not None
import matplotlib.pyplot as plt

plt.plot([1])
plt.show()
