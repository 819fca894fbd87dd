#: a changed locale
#: proof: locale.setlocale(locale.LC_ALL) == "C"
import locale

locale.setlocale(locale.LC_ALL, "C")
