#: a coroutine
#: says: twice two is four
def double(x):
    async def f():
        return 4

    return f()
