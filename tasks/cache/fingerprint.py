"""The project code that a class reaches, and a digest of it blind to comments, docstrings, annotations and formatting.

The class is followed by name through the project's modules: to every function, class and constant it names, and on from
there. Not seen, so raise `revision` when they change: code reached in other ways (`getattr` by a computed name, files
read at run time), registries that another module fills, and libraries. Code without a file, such as a notebook cell,
is refused.
"""

import ast
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from types import MappingProxyType
from typing import NamedTuple

from slipstream.tasks.cache.source import Import, Module, edition, imports_of, module_of, names_read

MECHANISM = ("slipstream.tasks.base", "slipstream.tasks.cache", "slipstream.tasks.spark")
NOTHING: Mapping[str, list[Import]] = MappingProxyType({})

Dotted = tuple[str, ...]
Place = tuple[str, str]


@dataclass(frozen=True)
class Definition:
    """One top-level definition in normal form, and the lines of the file that it stands on."""

    text: str
    file: str
    first_line: int
    last_line: int

    @cached_property
    def digest(self) -> str:
        """The sha256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class _Target(NamedTuple):
    """A definition that a dotted name leads to, and how many parts of the name are left over."""

    module: str
    name: str
    rest: int


@dataclass(frozen=True)
class _Found:
    """A definition with the project definitions that its names stand for: {dotted name as written: places}."""

    definition: Definition
    references: dict[str, set[Place]]


def reached_code(module: str, name: str) -> dict[str, Definition]:
    """Find each project definition that a top-level class or function reaches, itself included.

    Returns {"module:name": definition}. Modules count as the project's when they share the top-level package of
    `module`, are named in the PROJECT_PACKAGES of its `__init__.py`, or are slipstream's own; the mechanism of tasks,
    cache and Spark is left out.
    """
    return dict(_reached_code(module, name, edition()))


def digest_of(code: Mapping[str, Definition]) -> str:
    """Sum up reached definitions regardless of the files they stand in, unless two share a name."""
    names = Counter(label.partition(":")[2] for label in code)
    lines = []
    for label, definition in code.items():
        name = label.partition(":")[2]
        lines.append(f"{name if names[name] == 1 else label} {definition.digest}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


@cache
def _reached_code(module: str, name: str, now: int) -> dict[str, Definition]:
    """Walk from one definition to all it reaches, in one edition of the source."""
    packages = project_packages(module)
    found: dict[Place, _Found] = {}
    waiting = [(module, name)]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found[place] = _find(place, packages, now)
            waiting.extend(further for places in found[place].references.values() for further in places)
    twice = {name for name, count in Counter(name for _, name in found).items() if count > 1}
    return {":".join(place): _told_apart(one, twice) for place, one in found.items()}


def project_packages(module: str) -> frozenset[str]:
    """Name the top-level packages whose code counts for the classes of a module."""
    top = module.partition(".")[0]
    parsed = module_of(top)
    statements = parsed.definitions.get("PROJECT_PACKAGES", []) if parsed is not None else []
    declared = [name for statement in statements for name in _literal_names(statement, str(parsed and parsed.file))]
    return frozenset({top, "slipstream", *declared})


def _literal_names(statement: ast.stmt, file: str) -> list[str]:
    try:
        names = ast.literal_eval(statement.value) if isinstance(statement, ast.Assign) else None
    except (ValueError, TypeError):
        names = None
    if isinstance(names, tuple | list) and all(isinstance(name, str) for name in names):
        return list(names)
    raise ValueError(
        f"{ast.unparse(statement)} in {file} names no packages; write a tuple of top-level packages' names"
    )


@cache
def _find(place: Place, packages: frozenset[str], _: int) -> _Found:
    """Put one definition into its normal form and resolve the project definitions it names."""
    module, name = place
    parsed = module_of(module)
    if parsed is None or name not in parsed.definitions:
        raise LookupError(f"no source found for {name!r} in module {module!r}; define it at the top level of a file")
    body = parsed.definitions[name]
    inside: dict[str, list[Import]] = {}
    for local, target in imports_of((node for statement in body for node in ast.walk(statement)), module)[0]:
        inside.setdefault(local, []).append(target)
    lines = {f"from {star} import *" for star in parsed.stars if not _is_project(star, packages)}
    references: dict[str, set[Place]] = {}
    for dotted in names_read(body):
        lines.update(_foreign_imports(parsed, dotted, packages))
        for further in resolve(module, dotted, packages, inside):
            spelled = ".".join(dotted[: len(dotted) - further.rest])
            if further.name != spelled.rpartition(".")[2]:
                lines.add(f"{spelled} = {further.name}")
            if (further.module, further.name) != place:
                references.setdefault(spelled, set()).add((further.module, further.name))
    text = "\n".join([*sorted(lines), *map(ast.unparse, body)])
    return _Found(Definition(text, str(parsed.file), *_line_range(body)), references)


def _told_apart(found: _Found, twice: set[str]) -> Definition:
    """Write down which of several definitions of one name is meant."""
    lines = sorted(
        f"{spelled} = {module}.{name}"
        for spelled, places in found.references.items()
        for module, name in places
        if name in twice
    )
    return replace(found.definition, text="\n".join([*lines, found.definition.text])) if lines else found.definition


def _line_range(body: list[ast.stmt]) -> tuple[int, int]:
    """Find the first and the last line of statements, their decorators included."""
    nodes = [node for statement in body for node in (statement, *getattr(statement, "decorator_list", []))]
    return min(node.lineno for node in nodes), max(node.end_lineno or node.lineno for node in nodes)


def _foreign_imports(parsed: Module, dotted: Dotted, packages: frozenset[str]) -> set[str]:
    """Write the import that a name comes from if it leads out of the followed code; two libraries may share a name."""
    lines = set()
    for source, attribute in parsed.imports.get(dotted[0], ()):
        rest = dotted[1:] if attribute is None else (attribute, *dotted[1:])
        if not _is_mechanism(source) and not _follow(source, rest, packages, frozenset()):
            imported = f"import {source}" if attribute is None else f"from {source} import {attribute}"
            alias = "" if dotted[0] in (source, attribute) else f" as {dotted[0]}"
            lines.add(imported + alias)
    return lines


def resolve(
    module: str,
    dotted: Dotted,
    packages: frozenset[str],
    inside: Mapping[str, list[Import]] = NOTHING,
    seen: frozenset[tuple[str, Dotted]] = frozenset(),
) -> set[_Target]:
    """Find the project definitions that a dotted name can stand for in a module, none for anything else."""
    parsed = module_of(module) if _is_project(module, packages) else None
    if parsed is None or not dotted or (module, dotted) in seen:
        return set()
    first, rest = dotted[0], dotted[1:]
    seen |= {(module, dotted)}
    found = {_Target(module, first, len(rest))} if first in parsed.definitions else set()
    for source, attribute in (*parsed.imports.get(first, ()), *inside.get(first, ())):
        found |= _follow(source, rest if attribute is None else (attribute, *rest), packages, seen)
    if not found:
        found = {further for star in parsed.stars for further in resolve(star, dotted, packages, seen=seen)}
    return found


def _follow(module: str, rest: Dotted, packages: frozenset[str], seen: frozenset[tuple[str, Dotted]]) -> set[_Target]:
    """Walk from a module into its submodules as far as the dotted name goes, then resolve what is left."""
    while rest and module.partition(".")[0] in packages:
        found = resolve(module, rest, packages, seen=seen)
        if found or module_of(f"{module}.{rest[0]}") is None:
            return found
        module, rest = f"{module}.{rest[0]}", rest[1:]
    return set()


def _is_project(module: str, packages: frozenset[str]) -> bool:
    return module.partition(".")[0] in packages and not _is_mechanism(module)


def _is_mechanism(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in MECHANISM)
