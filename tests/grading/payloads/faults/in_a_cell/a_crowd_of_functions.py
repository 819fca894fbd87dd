#: a crowd of functions
#: proof: f2999() is None
for i in range(3000):
    exec(f"def f{i}(): pass")
