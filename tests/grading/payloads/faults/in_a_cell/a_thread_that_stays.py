#: a thread that stays
#: proof: threading.active_count() > 1
import threading

threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()
