#: an exception that cannot be shown
#: says: code cells: (E|Exception)
class E(Exception):
    def __str__(s):
        raise s


raise E
