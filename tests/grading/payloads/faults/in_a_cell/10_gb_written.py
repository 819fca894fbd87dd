#: 10 GB written
#: says: OSError|more than 20 MB
#: seconds: 10
with open("big", "wb") as f:
    for _ in range(10000):
        f.write(bytes(2**20))
