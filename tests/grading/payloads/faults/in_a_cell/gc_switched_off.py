#: gc switched off
#: proof: not gc.isenabled()
import gc

gc.disable()
gc.freeze()
