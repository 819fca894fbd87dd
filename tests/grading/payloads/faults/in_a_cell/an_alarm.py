#: an alarm
#: proof: signal.getitimer(0)[1] > 0
import signal

signal.signal(14, lambda *a: None)
signal.setitimer(0, 0.01, 0.01)
