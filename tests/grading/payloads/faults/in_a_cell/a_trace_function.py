#: a trace function
#: proof: traced
import sys

sys.settrace(lambda *a: None)
traced = sys.gettrace() is not None
sys.setprofile(lambda *a: None)
