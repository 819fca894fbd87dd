#: terminal codes and odd letters
#: says: ValueError
raise ValueError("\x1b[31m\x00 \ud800 é 🎉")
