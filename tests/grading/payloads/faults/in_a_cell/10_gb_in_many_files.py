#: 10 GB in many files
#: says: more than 20 MB to disk
#: seconds: 10
for i in range(10000):
    with open(f"big{i}", "wb") as f:
        f.write(bytes(5 * 2**20))
