"""The names that a piece of a notebook's code defines, and those that it takes from elsewhere."""

import ast
import builtins
import symtable


def code_of(source: str) -> str:
    """A cell's source with empty lines in place of magics, which Python cannot read."""
    return "\n".join("" if line.startswith(("%", "!")) else line for line in source.split("\n"))


def defined(source: str) -> set[str]:
    """The names that a cell defines or imports at its top level; "*" where it imports all that a module has.

    Raises SyntaxError.
    """
    source = code_of(source)
    table = symtable.symtable(source, "cell", "exec")
    names = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            names.add("*")
    return names


def free(source: str) -> set[str]:
    """The names that code takes from outside itself and that Python does not bring. Raises SyntaxError."""
    found = set()

    def walk(table: symtable.SymbolTable) -> None:
        for symbol in table.get_symbols():
            outside = symbol.is_global() if table.get_type() != "module" else not symbol.is_assigned()
            if outside and symbol.is_referenced():
                found.add(symbol.get_name())
        for child in table.get_children():
            walk(child)

    walk(symtable.symtable(code_of(source), "case", "exec"))
    return found - set(dir(builtins))


def arguments(function: str) -> list[str]:
    """The names of a function's parameters, from its source."""
    definition = ast.parse(function).body[0]
    assert isinstance(definition, ast.FunctionDef)
    signature = definition.args
    return [a.arg for a in signature.posonlyargs + signature.args + signature.kwonlyargs]
