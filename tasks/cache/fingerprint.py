"""A digest of the project code that a class reaches, blind to comments, docstrings, annotations and formatting.

The class is followed by name through the project's modules: to every function, class and constant it names, and on from
there. Code reached in other ways (`getattr` by a computed name, files read at run time) is not seen: raise `revision`.
"""

import ast
import hashlib
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

MECHANISM = ("slipstream.tasks.base", "slipstream.tasks.cache")


@dataclass
class Module:
    """The top level of a parsed module: what it defines, and what its imported names stand for."""

    name: str
    definitions: dict[str, list[ast.stmt]] = field(default_factory=lambda: defaultdict(list))
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)


@cache
def reached_code(module: str, name: str) -> dict[str, str]:
    """Digest each project definition that a top-level class or function reaches, itself included.

    Returns {"module:name": sha256}. Modules count as the project's when they share the top-level package of `module`
    or are slipstream's own; the mechanism of tasks and cache is left out.
    """
    packages = frozenset({module.partition(".")[0], "slipstream"})
    found: dict[str, str] = {}
    waiting = [(module, name)]
    while waiting:
        place = waiting.pop()
        label = ":".join(place)
        if label in found:
            continue
        found[label], references = _digest(*place, packages)
        waiting.extend(references)
    return found


def digest_of(code: dict[str, str]) -> str:
    """Sum up reached definitions regardless of the files they stand in."""
    lines = sorted(f"{label.partition(':')[2]} {digest}" for label, digest in code.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@cache
def _digest(module: str, name: str, packages: frozenset[str]) -> tuple[str, frozenset[tuple[str, str]]]:
    """Digest one definition and resolve the project definitions it names."""
    parsed = _parse(module)
    if parsed is None or name not in parsed.definitions:
        raise LookupError(f"no source found for {name!r} in module {module!r}; define it at the top level of a file")
    bare = [_bare(statement) for statement in parsed.definitions[name]]
    text = "\n".join(ast.dump(statement) for statement in bare)
    aliases = dict(parsed.imports)
    for statement in bare:
        aliases.update(_imports(ast.walk(statement), module)[0])
    references = {
        place
        for dotted in _names(bare)
        if (place := _resolve(module, dotted, packages, aliases)) is not None and place != (module, name)
    }
    return hashlib.sha256(text.encode()).hexdigest(), frozenset(references)


def _resolve(
    module: str,
    dotted: tuple[str, ...],
    packages: frozenset[str],
    aliases: dict[str, tuple[str, str | None]] | None = None,
) -> tuple[str, str] | None:
    """Find the project module and top-level name that a dotted name stands for, None for anything else."""
    parsed = _parse(module) if module.partition(".")[0] in packages and not _is_mechanism(module) else None
    if parsed is None or not dotted:
        return None
    first, rest = dotted[0], dotted[1:]
    if first in parsed.definitions:
        return module, first
    target = (aliases if aliases is not None else parsed.imports).get(first)
    if target is not None:
        source, attribute = target
        return _follow(source, rest if attribute is None else (attribute, *rest), packages)
    return next((place for star in parsed.stars if (place := _resolve(star, dotted, packages)) is not None), None)


def _follow(module: str, rest: tuple[str, ...], packages: frozenset[str]) -> tuple[str, str] | None:
    """Walk from a module into its submodules as far as the dotted name goes, then resolve what is left."""
    if module.partition(".")[0] not in packages:
        return None
    while rest and (place := _resolve(module, rest, packages)) is None:
        if _source(f"{module}.{rest[0]}") is None:
            return None
        module, rest = f"{module}.{rest[0]}", rest[1:]
    return place if rest else None


def _is_mechanism(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in MECHANISM)


@cache
def _source(module: str) -> Path | None:
    loaded = sys.modules.get(module)
    origin = getattr(loaded, "__file__", None)
    if loaded is None:
        try:
            spec = importlib.util.find_spec(module)
        except (ImportError, AttributeError, ValueError):
            return None
        origin = spec.origin if spec is not None else None
    return Path(origin) if origin is not None and origin.endswith(".py") else None


@cache
def _parse(module: str) -> Module | None:
    source = _source(module)
    if source is None:
        return None
    parsed = Module(module)
    for statement in _top_level(ast.parse(source.read_bytes()).body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imports, stars = _imports([statement], module)
            parsed.imports.update(imports)
            parsed.stars.extend(stars)
        for name in _defined(statement):
            parsed.definitions[name].append(statement)
    return parsed


def _top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, those under `if`, `try` and `with` too."""
    for statement in body:
        if isinstance(statement, ast.If | ast.Try | ast.With):
            for part in ("body", "orelse", "finalbody"):
                yield from _top_level(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from _top_level(handler.body)
        else:
            yield statement


def _defined(statement: ast.stmt) -> set[str]:
    """Name what a statement defines; one that defines nothing belongs to every name it mentions."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return set()
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return stored or {node.id for node in names}


def _imports(nodes: Iterable[ast.AST], module: str) -> tuple[dict[str, tuple[str, str | None]], list[str]]:
    """Read import statements: {local name: (module, attribute or None)} and the modules imported by star."""
    found: dict[str, tuple[str, str | None]] = {}
    stars = []
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name if alias.asname else alias.name.partition(".")[0]
                found[alias.asname or top] = (top, None)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, module)
            for alias in node.names:
                if alias.name == "*":
                    stars.append(source)
                else:
                    found[alias.asname or alias.name] = (source, alias.name)
    return found, stars


def _absolute(node: ast.ImportFrom, module: str) -> str:
    if node.level == 0:
        return node.module or ""
    source = _source(module)
    is_package = source is not None and source.name == "__init__.py"
    parts = module.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, *([node.module] if node.module else [])])


def _names(statements: Iterable[ast.stmt]) -> set[tuple[str, ...]]:
    """Collect the dotted names that statements read, longest first: `als.fit.x` counts as ("als", "fit", "x")."""
    found: set[tuple[str, ...]] = set()
    for statement in statements:
        for node in ast.walk(statement):
            parts, stem = [], node
            while isinstance(stem, ast.Attribute):
                parts.append(stem.attr)
                stem = stem.value
            if isinstance(stem, ast.Name) and isinstance(stem.ctx, ast.Load):
                found.add((stem.id, *reversed(parts)))
    return found


def _bare(statement: ast.stmt) -> ast.stmt:
    """Strip a parsed definition of what cannot change its meaning; nothing else reads the parsed tree."""
    if isinstance(statement, ast.ClassDef):
        statement.body = [part for part in statement.body if not _is_parameter(part)]
    bare: ast.stmt = _Bare().visit(statement)
    return bare


def _is_parameter(statement: ast.stmt) -> bool:
    """Tell whether a class statement declares a luigi parameter, whose value is in the key already."""
    value = statement.value if isinstance(statement, ast.AnnAssign | ast.Assign) else None
    if not isinstance(value, ast.Call):
        return False
    name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return name.endswith("Parameter")


class _Bare(ast.NodeTransformer):
    """Drops docstrings, and annotations where they only inform."""

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        node.body = _without_docstring(node.body)
        return self.generic_visit(node)

    visit_FunctionDef = _function  # noqa: N815
    visit_AsyncFunctionDef = _function  # noqa: N815

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = _without_docstring(node.body)
        return self.generic_visit(node)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        body = body[1:]
    return body or [ast.Pass()]
