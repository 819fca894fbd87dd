"""How long, how large and how often: what a submission may take."""

import msgspec

MEGABYTE = 1 << 20


class Limits(msgspec.Struct, frozen=True):
    """Seconds for a cell, a call and the whole submission; bytes of memory and disk; how many cells may be fatal."""

    cell: float = 20
    call: float = 5
    whole: float = 180
    memory: int = 2 << 30
    disk: int = 256 << 20
    fatal_cells: int = 3


DEFAULT_LIMITS = Limits()
