#: sys.exit
#: says: SystemExit
def double(x):
    raise SystemExit(0)
