#: an endless sleep
#: says: no answer
import time

time.sleep(600)
