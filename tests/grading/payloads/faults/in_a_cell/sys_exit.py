#: sys.exit
#: says: SystemExit
import sys

sys.exit(3)
