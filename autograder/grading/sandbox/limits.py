"""How long, how large and how often: what a submission may take."""

import msgspec

MEGABYTE = 1 << 20
MAX_STRETCH = 4


class Limits(msgspec.Struct, frozen=True):
    """Seconds for a cell and a call, for all that overran together, and for everything; bytes of memory and disk; how
    many cells may be fatal.

    A cell or call has this much processor time. Where it waits for the machine, it may take MAX_STRETCH times as long.
    """

    cell: float = 20
    call: float = 5
    overrun: float = 180
    whole: float = 900
    memory: int = 2 << 30
    disk: int = 256 << 20
    fatal_cells: int = 3


DEFAULT_LIMITS = Limits()
