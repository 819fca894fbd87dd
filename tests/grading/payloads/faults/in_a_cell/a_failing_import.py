#: a failing import
#: says: ModuleNotFoundError
import not_a_module
