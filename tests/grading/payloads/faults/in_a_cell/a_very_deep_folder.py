#: a very deep folder
#: proof: made == 1500
#: seconds: 10
import os

for made in range(1, 1501):
    os.mkdir("d")
    os.chdir("d")
