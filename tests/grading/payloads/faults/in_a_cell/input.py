#: input()
#: says: EOF
input("name? ")
