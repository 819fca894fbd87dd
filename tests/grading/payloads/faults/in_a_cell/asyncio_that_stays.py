#: asyncio that stays
#: proof: not t.done()
import asyncio


async def f():
    while True:
        await asyncio.sleep(0.01)


t = asyncio.ensure_future(f())
