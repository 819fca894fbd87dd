#: a widget
#: proof: interact.__module__.startswith("ipywidgets")
from ipywidgets import interact

interact(print, x=1)
