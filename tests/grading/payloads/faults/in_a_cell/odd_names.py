#: odd names
#: proof: 1 in globals()
globals().update({1: print, (): len, None: lambda: 0, "\ud800": lambda: 0})
