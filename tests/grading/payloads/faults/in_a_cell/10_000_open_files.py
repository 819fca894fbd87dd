#: 10,000 open files
#: says: OSError
files = [open("f", "w") for _ in range(10000)]
