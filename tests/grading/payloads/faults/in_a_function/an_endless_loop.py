#: an endless loop
#: says: no answer within 0.8 s
def double(x):
    while True:
        pass
