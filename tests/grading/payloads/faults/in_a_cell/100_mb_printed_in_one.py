#: 100 MB printed in one
#: proof: done
#: seconds: 10
print("x" * 100_000_000, end="")
done = True
