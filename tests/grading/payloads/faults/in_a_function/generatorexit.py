#: GeneratorExit
#: says: GeneratorExit
def double(x):
    raise GeneratorExit
