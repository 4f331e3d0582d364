"""Refusing to address code other than this process runs: source files that were edited after they were imported.

A key is made from source texts. In a notebook or a daemon a text can be newer than the functions in memory, whose
products would then stand under the key of the new text for ever.
"""

import ast
import sys
import time
from collections.abc import Iterator, Mapping
from functools import cache

from slipstream.tasks.cache.fingerprint import Definition, project_packages, reached_code, resolve
from slipstream.tasks.cache.live_code import agrees
from slipstream.tasks.cache.source import Module, edition, import_mark, module_of, read_module
from slipstream.tasks.cache.storage import Stamp, stamp

START = time.time_ns() - 10**9  # clocks of file systems tick coarsely


class EditedError(RuntimeError):
    """A source file says something else than the code in memory."""


def refuse_edits(cls: type, code: Mapping[str, Definition]) -> None:
    """Make sure that the code a class reaches is what this process runs; one look at each file, rarely more."""
    modules = _imported(code)
    for module in modules:
        now = stamp(module.file)
        if now is not None and now != module.stamp:
            _compare_texts(module, now, [label.partition(":")[2] for label in code if _owner(label) == module.name])
    if any(map(_is_young, modules)):
        _compare_live(cls, edition())


def _is_young(module: Module) -> bool:
    """Tell whether a file was edited while this process ran, so that its text may not be what was imported."""
    return module.stamp is not None and max(module.stamp.modified, module.stamp.changed) > START


def _imported(code: Mapping[str, Definition]) -> list[Module]:
    names = dict.fromkeys(map(_owner, code))
    return [module for name in names if import_mark(name) is not None and (module := module_of(name)) is not None]


def _owner(label: str) -> str:
    return label.partition(":")[0]


def _compare_texts(module: Module, now: Stamp, names: list[str]) -> None:
    """Refuse a file that was edited after its text was read, unless the definitions in use stayed the same."""
    newer = _parsed_at(module.name, now)
    for name in names:
        if newer is None or _meaning(newer, name) != _meaning(module, name):
            raise _edited(module, name, module.name)


@cache
def _parsed_at(name: str, _: Stamp) -> Module | None:
    try:
        return read_module(name)
    except SyntaxError:
        return None


def _meaning(module: Module, name: str) -> tuple[list[str], list[object]]:
    """Write out what a module says of a name: its definition, and where the names in it are imported from."""
    body = module.definitions.get(name, [])
    names = sorted({node.id for part in body for node in ast.walk(part) if isinstance(node, ast.Name)})
    return [ast.unparse(part) for part in body], [module.imports.get(name) for name in names]


@cache
def _compare_live(cls: type, _: int) -> None:
    """Refuse objects in memory, wherever they are held, that were made from other text than the files have."""
    code = reached_code(cls.__module__, cls.__qualname__.partition(".")[0])
    modules = {module.name: module for module in _imported(code)}
    young = {name: module for name, module in modules.items() if _is_young(module)}
    for holder, owner, name, value in (*_bound(modules, project_packages(cls.__module__)), *_ancestors(cls)):
        if f"{owner}:{name}" in code and owner in young and not agrees(young[owner], name, value):
            raise _edited(young[owner], name, holder)


def _bound(modules: Mapping[str, Module], packages: frozenset[str]) -> Iterator[tuple[str, str, str, object]]:
    """Yield what modules hold in memory: (holder, module that defines it, its name there, object)."""
    for holder, module in modules.items():
        held = vars(sys.modules[holder])
        for name in module.definitions:
            yield holder, holder, name, held.get(name)
        for local in module.imports.keys() & held.keys() - module.definitions.keys():
            for owner, name, _ in resolve(holder, (local,), packages) if len(module.imports[local]) == 1 else ():
                yield holder, owner, name, held[local]


def _ancestors(cls: type) -> Iterator[tuple[str, str, str, object]]:
    """Yield a task's class and its bases, which can be older than those that their modules hold."""
    for kind in cls.__mro__:
        yield cls.__module__, kind.__module__, kind.__qualname__, kind


def _edited(module: Module, name: str, holder: str) -> EditedError:
    reloads = " and ".join(f"importlib.reload({one})" for one in dict.fromkeys((module.name, holder)))
    return EditedError(
        f"{module.file} was edited after this process imported it: the {name!r} that {holder} works with is another "
        f"than the one in the file; restart the process, or {reloads} and import the task anew"
    )
