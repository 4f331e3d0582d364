"""Finding and parsing the source of modules: what each defines at its top level, and what its imported names stand for.

A parsed module stands for the code that this process imported: it is parsed anew when it was imported or reloaded.
"""

import ast
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from slipstream.tasks.cache.normal_form import normalise
from slipstream.tasks.cache.storage import Stamp, stamp

Import = tuple[str, str | None]


@dataclass
class Module:
    """The top level of a module: the statements that make each name, and (module, attribute) behind imported ones."""

    name: str
    file: Path
    stamp: Stamp | None
    definitions: dict[str, list[ast.stmt]] = field(default_factory=lambda: defaultdict(list))
    imports: dict[str, list[Import]] = field(default_factory=lambda: defaultdict(list))
    stars: list[str] = field(default_factory=list)


@dataclass
class _Library:
    """The modules parsed so far with what marked their import then, and how often a text had to be replaced."""

    modules: dict[str, Module | None] = field(default_factory=dict)
    marks: dict[str, object] = field(default_factory=dict)
    edition: int = 0


_library = _Library()


def module_of(name: str) -> Module | None:
    """Parse a module by name, None where it has no Python source; one import of it is parsed once."""
    if name not in _library.modules:
        _library.marks[name] = import_mark(name)
        _library.modules[name] = read_module(name)
    return _library.modules[name]


def import_mark(name: str) -> object:
    """Return what changes with every import or reload of a module, None while it is not imported."""
    module = sys.modules.get(name)
    return getattr(module, "__spec__", None) or module


def edition() -> int:
    """Count the times that a module parsed before was imported from another text since; no digest outlives one."""
    imported = sys.modules
    for name, mark in tuple(_library.marks.items()):
        module = imported.get(name)
        if (module and (getattr(module, "__spec__", None) or module)) is not mark:
            _renew(name, _library.modules[name])
        elif mark is None and (known := _library.modules[name]) is not None and stamp(known.file) != known.stamp:
            _renew(name, known)
    return _library.edition


def _renew(name: str, known: Module | None) -> None:
    """Parse a module again unless its file is the one that was parsed."""
    _library.marks[name] = import_mark(name)
    file = file_of(name)
    if known is None or file != known.file or stamp(file) != known.stamp:
        _library.modules[name] = read_module(name)
        _library.edition += known is not None or _library.modules[name] is not None


def file_of(name: str) -> Path | None:
    """Find the Python file of a module, imported or not; for a folder without one, the `__init__.py` it could have."""
    loaded = sys.modules.get(name)
    try:
        spec = importlib.util.find_spec(name) if loaded is None else loaded.__spec__
    except (ImportError, AttributeError, ValueError):
        return None
    origin = getattr(loaded, "__file__", None) or (spec.origin if spec is not None else None)
    if origin is None and spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))) / "__init__.py"
    return Path(origin) if origin is not None and origin.endswith(".py") else None


def read_module(name: str) -> Module | None:
    """Parse the file of a module as it is now."""
    file = file_of(name)
    if file is None:
        return None
    parsed = Module(name, file, stamp(file))
    text = file.read_bytes() if parsed.stamp is not None else b""
    registered = []
    for statement, shown in _top_level(ast.parse(text, filename=str(file)).body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            _note_imports(parsed, statement, shown)
            continue
        normal = normalise(shown)
        registered += [(registry, normal) for registry in _registries(statement)]
        for defined in _defined(statement):
            parsed.definitions[defined].append(normal)
    for registry, normal in registered:
        if registry in parsed.definitions:
            parsed.definitions[registry].append(normal)
    return parsed


def _note_imports(parsed: Module, statement: ast.stmt, shown: ast.stmt) -> None:
    """Note what names an import binds; one under a condition is a definition too, for the sake of the condition."""
    imports, stars = imports_of([statement], parsed.name)
    parsed.stars.extend(stars)
    for local, target in imports:
        parsed.imports[local].append(target)
        if shown is not statement:
            parsed.definitions[local].append(shown)


def _top_level(body: Iterable[ast.stmt]) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """Yield the statements of a module, each alone and with the conditions it stands under.

    What runs only for type checkers or when the file is a script is left out.
    """
    for statement in body:
        if isinstance(statement, ast.If):
            yes, no = statement.test, ast.UnaryOp(ast.Not(), statement.test)
            then = [] if _is_never_true_here(yes) else statement.body
            for test, branch in ((yes, then), (no, statement.orelse)):
                for inner, shown in _top_level(branch):
                    yield inner, ast.copy_location(ast.If(test, [shown], []), shown)
        elif isinstance(statement, ast.With):
            for inner, shown in _top_level(statement.body):
                yield inner, ast.copy_location(ast.With(statement.items, [shown]), shown)
        elif isinstance(statement, ast.Try):
            handlers = [part for handler in statement.handlers for part in handler.body]
            yield from _top_level([*statement.body, *handlers, *statement.orelse, *statement.finalbody])
        else:
            yield statement, statement


def _is_never_true_here(test: ast.expr) -> bool:
    return ast.unparse(test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'"}


def _defined(statement: ast.stmt) -> set[str]:
    """Name what a statement defines or changes; one that only calls, or loops, belongs to every name it mentions."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    nodes = list(ast.walk(statement))
    stored = {root for node in nodes if isinstance(getattr(node, "ctx", None), ast.Store) and (root := root_of(node))}
    if stored and not isinstance(statement, ast.For | ast.While):
        return stored
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _registries(statement: ast.stmt) -> set[str]:
    """Name what a definition is added to by decorators such as `@total.register`."""
    decorators = [getattr(node, "func", node) for node in getattr(statement, "decorator_list", [])]
    return {root for node in decorators if isinstance(node, ast.Attribute) and (root := root_of(node))}


def root_of(node: ast.AST) -> str | None:
    """Name the variable that an expression such as `x.y[0]` starts from."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def imports_of(nodes: Iterable[ast.AST], module: str) -> tuple[list[tuple[str, Import]], list[str]]:
    """Read import statements: (local name, what it stands for), and the modules imported by star."""
    found: list[tuple[str, Import]] = []
    stars = []
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name if alias.asname else alias.name.partition(".")[0]
                found.append((alias.asname or top, (top, None)))
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, module)
            stars += [source for alias in node.names if alias.name == "*"]
            found += [(alias.asname or alias.name, (source, alias.name)) for alias in node.names if alias.name != "*"]
    return found, stars


def _absolute(node: ast.ImportFrom, module: str) -> str:
    if node.level == 0:
        return node.module or ""
    file = file_of(module)
    is_package = file is not None and file.name == "__init__.py"
    parts = module.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, *([node.module] if node.module else [])])


def names_read(statements: Iterable[ast.stmt]) -> set[tuple[str, ...]]:
    """Collect the dotted names that statements read, whole: `als.fit.x` counts as ("als", "fit", "x") alone."""
    found: set[tuple[str, ...]] = set()
    stems: set[int] = set()
    for node in (node for statement in statements for node in ast.walk(statement) if isinstance(node, ast.expr)):
        parts, stem = [], node
        while isinstance(stem, ast.Attribute):
            parts.append(stem.attr)
            stem = stem.value
            stems.add(id(stem))
        if isinstance(stem, ast.Name) and isinstance(stem.ctx, ast.Load) and id(node) not in stems:
            found.add((stem.id, *reversed(parts)))
    return found
