"""Thaw's own functions as plain source: what the exported script does is quoted from here, so it cannot drift away.

A function is quoted with its annotations left out, a method as a function with its settings written in, each together
with whatever of its module it calls.
"""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

Statement = ast.stmt


class Quotes:
    """Pieces of Thaw's source, each once, what is called before what calls it."""

    def __init__(self) -> None:
        self._pieces: dict[str, str] = {}

    @property
    def code(self) -> str:
        """Constants stand together, functions apart."""
        pieces = [*self._pieces.values()]
        constants = [piece for piece in pieces if not piece.startswith("def ")]
        functions = [piece for piece in pieces if piece.startswith("def ")]
        return "\n\n\n".join([*(["\n".join(constants)] if constants else []), *functions])

    def names(self, module: ModuleType, *names: str) -> None:
        """Functions and constants of a module, and what they need of it."""
        known = _statements(module)
        for name in names:
            if name not in self._pieces:
                self.names(module, *_needed(known[name], known.keys() - {name}))
                self._pieces[name] = _quoted(module, known[name])

    def method(self, entry: Any, method: str, name: str) -> None:
        """A method of a registered entry, under another name, with the entry's settings in place of `self`'s."""
        if name in self._pieces:
            return
        function = getattr(type(entry), method)
        module = inspect.getmodule(function)
        assert module is not None
        node = _node_of(type(entry), method) or _node_of(_owner(type(entry), method), method)
        assert isinstance(node, ast.FunctionDef)
        self.names(module, *_needed(node, _statements(module).keys()))
        self._pieces[name] = _function(module, node, name, vars(entry), inspect.getdoc(type(entry)) or "")


def _owner(kind: type, method: str) -> type:
    return next(each for each in kind.__mro__ if method in vars(each))


def _statements(module: ModuleType) -> dict[str, Statement]:
    """What a module defines at its top, by name; classes and imports aside."""
    found: dict[str, Statement] = {}
    for statement in ast.parse(inspect.getsource(module)).body:
        for name in _defined(statement):
            found[name] = statement
    return found


def _defined(statement: Statement) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef):
        yield statement.name
    for target in _targets(statement):
        yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


def _targets(statement: Statement) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign) else []


def _needed(node: ast.AST, known: Iterable[str]) -> list[str]:
    """The names of the module that a piece of it uses where it computes; annotations do not count."""
    known, plain = set(known), _without_annotations(node)
    used = [each.id for each in ast.walk(plain) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)]
    return [name for name in dict.fromkeys(used) if name in known]


def _without_annotations(node: ast.AST) -> ast.AST:
    copied = ast.parse(ast.unparse(node)).body[0]
    for each in ast.walk(copied):
        if isinstance(each, ast.arg):
            each.annotation = None
        if isinstance(each, ast.FunctionDef):
            each.returns = None
        if isinstance(each, ast.AnnAssign):
            each.annotation = ast.Constant(None)
    return copied


def _node_of(kind: type, method: str) -> Statement | None:
    """The method in the source of its module, where its lines are counted from."""
    module = inspect.getmodule(kind)
    assert module is not None
    for statement in ast.parse(inspect.getsource(module)).body:
        if isinstance(statement, ast.ClassDef) and statement.name == kind.__name__:
            return next((e for e in statement.body if isinstance(e, ast.FunctionDef) and e.name == method), None)
    return None


def _quoted(module: ModuleType, statement: Statement) -> str:
    if isinstance(statement, ast.FunctionDef):
        return _function(module, statement, statement.name, {}, "")
    text = "\n".join(_lines(module, statement))
    return re.sub(r"^(\w+): [^=]+ = ", r"\1 = ", text)


def _function(module: ModuleType, node: ast.FunctionDef, name: str, settings: dict[str, Any], about: str) -> str:
    """Its head written anew without annotations; its body as it stands."""
    plain = _without_annotations(node)
    assert isinstance(plain, ast.FunctionDef)
    plain.args.args = [each for each in plain.args.args if each.arg != "self"]
    said = (ast.get_docstring(node) or about.partition("\n")[0]).replace("\n", "\n    ")
    first = node.body[1 if ast.get_docstring(node) else 0]
    body = "\n".join(_lines(module, first, node.end_lineno))
    body = re.sub(r"\bself\.(\w+)", lambda found: repr(settings[found[1]]), body)
    words = f'    """{said}"""\n' if said else ""
    return f"def {name}({ast.unparse(plain.args)}):\n{words}{body}"


def _lines(module: ModuleType, node: Statement, end: int | None = None) -> list[str]:
    """The lines of a statement to its end; a method's stand as far to the left as a function's."""
    lines = inspect.getsource(module).splitlines()[node.lineno - 1 : end or node.end_lineno]
    spare = node.col_offset - 4 if end else 0
    return [line[spare:] if line[:spare].isspace() else line for line in lines]
