#: an endless destructor
#: says: no answer
class D:
    def __del__(s):
        while True:
            pass


d = D()
del d
