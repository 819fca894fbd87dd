#: a fork that answers
#: proof: child > 0
import os

child = os.fork()
