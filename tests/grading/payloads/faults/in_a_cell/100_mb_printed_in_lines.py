#: 100 MB printed in lines
#: proof: _ == 999
#: seconds: 10
for _ in range(1000):
    print("x\n" * 50000)
