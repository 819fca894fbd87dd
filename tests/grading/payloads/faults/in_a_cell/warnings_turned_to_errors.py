#: warnings turned to errors
#: proof: warnings.filters[0][0] == "error"
import warnings

warnings.simplefilter("error")
