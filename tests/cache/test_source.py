import ast
import importlib
import os
import sys

import pytest

from slipstream.tasks.cache.source import (
    edition,
    file_of,
    import_mark,
    imports_of,
    module_of,
    names_read,
    read_module,
)
from tests.cache.packages import write_package

TEXT = """
import os.path
from typing import TYPE_CHECKING
from . import other as o
from .other import *

if TYPE_CHECKING:
    from nowhere import Ghost

X, Y = 1, 2
X += 1

if X:
    Z = 1
else:
    from .other import Z

with open(__file__) as file:
    TEXT = file.read()

try:
    import fast as engine
except ImportError:
    import slow as engine

@decorator
def f(): ...

class A: ...

if __name__ == "__main__":
    f()
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    return write_package(tmp_path, {"one": TEXT, "other": "Q = 1"})


def edit(name, text, seconds=5):
    """Write a module's file so that its stamp is another for certain."""
    file = file_of(name)
    now = file.stat().st_mtime + seconds
    file.write_text(text)
    os.utime(file, (now, now))


def shown(module, name):
    return [ast.unparse(statement) for statement in module.definitions[name]]


def test_a_module_lists_what_its_top_level_defines(package):
    module = module_of(f"{package}.one")

    assert set(module.definitions) == {"X", "Y", "Z", "TEXT", "f", "A"}
    assert shown(module, "X") == ["X, Y = (1, 2)", "X += 1"]
    assert shown(module, "Z") == ["if X:\n    Z = 1", "if not X:\n    from .other import Z"]
    assert shown(module, "TEXT") == ["with open(__file__) as file:\n    TEXT = file.read()"]
    assert shown(module, "f") == ["@decorator\ndef f():\n    ..."]


def test_a_module_tells_what_its_imported_names_stand_for(package):
    module = module_of(f"{package}.one")

    assert dict(module.imports) == {
        "os": [("os", None)],
        "TYPE_CHECKING": [("typing", "TYPE_CHECKING")],
        "o": [(package, "other")],
        "Z": [(f"{package}.other", "Z")],
        "engine": [("fast", None), ("slow", None)],
    }
    assert module.stars == [f"{package}.other"]


def test_imports_are_read_with_their_dots_resolved(package):
    nodes = ast.parse("import a.b, a.c as d\nfrom ..up import e\nfrom .same import f as g").body

    assert imports_of(nodes, f"{package}.deep.module")[0] == [
        *[("a", ("a", None)), ("d", ("a.c", None))],
        *[("e", (f"{package}.up", "e")), ("g", (f"{package}.deep.same", "f"))],
    ]
    assert imports_of(ast.parse("from .one import x").body, package)[0] == [("x", (f"{package}.one", "x"))]


def test_dotted_names_are_read_whole():
    assert names_read(ast.parse("als.fit.x(a)[b.c] = d().e\nf = 1").body) == {
        *[("als", "fit", "x"), ("a",), ("b", "c"), ("d",)],
    }


@pytest.mark.parametrize("name", ["sys", "no_such_module", "no_such.module", "numpy._core._multiarray_umath"])
def test_what_has_no_python_source_is_no_module(name):
    assert module_of(name) is None


def test_a_folder_without_an_init_is_an_empty_module(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "bare_folder").mkdir()
    importlib.invalidate_caches()

    assert module_of("bare_folder").definitions == {}
    assert module_of("bare_folder").file == tmp_path / "bare_folder/__init__.py"


def test_a_module_is_parsed_once_an_import(package):
    name = f"{package}.other"
    importlib.import_module(name)
    first, before = module_of(name), edition()
    importlib.reload(sys.modules[name])

    assert edition() == before
    assert module_of(name) is first
    edit(name, "Q = 2")
    assert (edition(), module_of(name)) == (before, first)
    assert shown(read_module(name), "Q") == ["Q = 2"]
    importlib.reload(sys.modules[name])
    assert edition() == before + 1
    assert shown(module_of(name), "Q") == ["Q = 2"]


def test_a_module_that_nobody_imported_is_what_its_file_says(package):
    name = f"{package}.other"
    before = (module_of(name), edition())[1]

    assert import_mark(name) is None
    edit(name, "Q = 2")
    assert edition() == before + 1
    assert shown(module_of(name), "Q") == ["Q = 2"]
    importlib.import_module(name)
    assert edition() == before + 1


def test_a_module_that_appears_later_is_noticed(package):
    name = f"{package}.late"
    before = (module_of(name), edition())[1]
    file_of(f"{package}.other").with_name("late.py").write_text("L = 1")
    importlib.invalidate_caches()
    importlib.import_module(name)

    assert edition() == before + 1
    assert shown(module_of(name), "L") == ["L = 1"]
