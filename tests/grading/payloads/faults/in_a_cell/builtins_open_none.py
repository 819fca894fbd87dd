#: builtins.open = None
#: proof: builtins.open is None
import builtins

builtins.open = builtins.print = None
