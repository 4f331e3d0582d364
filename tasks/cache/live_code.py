"""Comparing functions, classes and constants in memory with the text of the file that they came from."""

import ast
import dis
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, partial, partialmethod
from pathlib import Path
from types import CellType, CodeType, FunctionType

from slipstream.tasks.cache.source import Module, root_of
from slipstream.tasks.cache.storage import Stamp

LITERAL = (str, bytes, int, float, complex, bool, type(None), tuple, list, dict, set)
MUTATORS = {
    *("append", "extend", "insert", "remove", "sort", "reverse", "add", "discard"),
    *("update", "setdefault", "pop", "popitem", "clear"),
}

Shape = tuple[object, ...]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def agrees(module: Module, name: str, value: object) -> bool:
    """Tell whether an object in memory is what its module's file says under a name, as far as that can be seen.

    Seen are the code of functions and methods, under decorators too, literal defaults, literal class attributes and
    literal constants. Generated methods, computed values and what depends on conditions are taken on trust.
    """
    body = module.definitions.get(name, [])
    written = _written(module.file, module.stamp)
    if not all(_shape(code) in written.get(code.co_qualname, ()) for code in _codes(value, str(module.file))):
        return False
    if len(body) != 1 or (isinstance(body[0], ast.Assign) and _may_change(module, name)):
        return True
    return _statement_agrees(body[0], value)


def _codes(value: object, file: str) -> Iterator[CodeType]:
    """Yield the code of a function, or of a class's own methods, that stands in a file; wrappers are looked through."""
    waiting: list[object] = [value, *(vars(value).values() if isinstance(value, type) else ())]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            waiting.extend(_inside(one))
            if isinstance(one, FunctionType) and one.__code__.co_filename == file:
                yield one.__code__


def _inside(value: object) -> Iterable[object]:
    """List the functions that a wrapper holds."""
    if isinstance(value, property):
        return value.fget, value.fset, value.fdel
    if isinstance(value, staticmethod | classmethod):
        return (value.__func__,)
    if isinstance(value, cached_property | partial | partialmethod):
        return (value.func,)
    if isinstance(value, type):
        return ()
    cells = value.__closure__ if isinstance(value, FunctionType) else None
    return *map(_function_in, cells or ()), getattr(value, "__dict__", {}).get("__wrapped__")


def _function_in(cell: CellType) -> FunctionType | None:
    try:
        return cell.cell_contents if isinstance(cell.cell_contents, FunctionType) else None
    except ValueError:  # nothing in it yet
        return None


@cache
def _written(file: Path, _: Stamp | None) -> dict[str, set[Shape]]:
    """Compile a file: {qualified name: what its code does}, more than one where a name is defined again."""
    found: dict[str, set[Shape]] = defaultdict(set)
    waiting = [compile(file.read_bytes(), str(file), "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop()
        found[code.co_qualname].add(_shape(code))
        waiting.extend(constant for constant in code.co_consts if isinstance(constant, CodeType))
    return found


def _shape(code: CodeType) -> Shape:
    """Write out what a code object does; docstrings and line numbers have no part in it."""
    return tuple((step.opname, *_operand(step.argval)) for step in dis.get_instructions(code))


def _operand(value: object) -> Shape:
    if isinstance(value, CodeType):
        return _shape(value)
    return type(value).__name__, str(sorted(map(repr, value))) if isinstance(value, frozenset) else repr(value)


def _statement_agrees(statement: ast.stmt, value: object) -> bool:
    if isinstance(statement, Function) and not statement.decorator_list:
        return _function_agrees(statement, value)
    if isinstance(statement, ast.ClassDef) and isinstance(value, type):
        return all(_member_agrees(part, value) for part in statement.body)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return _literal_agrees(statement.value, value)
    return not isinstance(statement, ast.ClassDef) or bool(statement.decorator_list)


def _function_agrees(statement: Function, value: object) -> bool:
    """Compare the defaults that are written with those of the function in memory."""
    if not isinstance(value, FunctionType):
        return False
    written, held = statement.args, value.__defaults__ or ()
    by_name = [(default, arg.arg) for arg, default in zip(written.kwonlyargs, written.kw_defaults, strict=True)]
    return (
        len(written.defaults) == len(held)
        and all(_literal_agrees(*pair) for pair in zip(written.defaults, held, strict=True))
        and {name for default, name in by_name if default} == set(value.__kwdefaults__ or {})
        and all(_literal_agrees(default, (value.__kwdefaults__ or {})[name]) for default, name in by_name if default)
    )


def _member_agrees(statement: ast.stmt, cls: type) -> bool:
    """Compare a method or a literal attribute; a class may have taken an attribute away, not a method."""
    if isinstance(statement, Function) and not statement.decorator_list:
        held = vars(cls).get(statement.name)
        return _function_agrees(statement, held.__func__ if isinstance(held, staticmethod | classmethod) else held)
    target = statement.target if isinstance(statement, ast.AnnAssign) else getattr(statement, "targets", [None])[0]
    written = getattr(statement, "value", None)
    if not isinstance(target, ast.Name) or written is None or target.id not in vars(cls):
        return True
    return _literal_agrees(written, vars(cls)[target.id])


def _literal_agrees(written: ast.expr, held: object) -> bool:
    """Compare a value in memory with a written one; a list, dict or set written empty is there to be filled."""
    try:
        value = ast.literal_eval(written)
    except (ValueError, TypeError):
        return True
    if not isinstance(held, LITERAL) or value in ([], {}):
        return True
    return type(value) is type(held) and bool(value == held)


def _may_change(module: Module, name: str) -> bool:
    """Tell whether the module may give a constant another value, or change it in place, as it runs."""
    nodes = [node for body in module.definitions.values() for part in body for node in ast.walk(part)]
    return any(isinstance(node, ast.Global) and name in node.names for node in nodes) or any(
        isinstance(node, ast.Subscript | ast.Attribute)
        and root_of(node) == name
        and (isinstance(node.ctx, ast.Store | ast.Del) or getattr(node, "attr", "") in MUTATORS)
        for node in nodes
    )
