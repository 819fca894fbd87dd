#: a missing module
#: says: ModuleNotFoundError
def double(x):
    import not_there
