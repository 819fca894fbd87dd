#: an exception with an endless text
#: says: no answer
class E(Exception):
    def __str__(s):
        while True:
            pass


raise E
