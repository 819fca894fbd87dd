#: an endless loop
#: says: no answer within 1 s
while True:
    pass
