#: KeyboardInterrupt
#: says: KeyboardInterrupt
raise KeyboardInterrupt
