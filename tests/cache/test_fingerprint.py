import sys
from dataclasses import replace

import pytest

from slipstream.tasks.cache.fingerprint import Definition, digest_of, project_packages, reached_code
from tests.cache.packages import write_package

MODEL = """
import math
from {package} import helpers
from {package}.constants import DEPTH

LEAVES = 31

def unused():
    return 0

def train(rows):
    '''Train it.'''
    # a comment
    return helpers.clean(rows) * LEAVES + DEPTH + math.pi
"""
HELPERS = """
from {package}.deeper import floor

class Cleaner:
    def __call__(self, rows):
        return floor(rows)

def clean(rows):
    return Cleaner()(rows)
"""
DEEPER = """
def floor(x: float) -> int:
    return int(x)
"""
CONSTANTS = """
DEPTH = 3
OTHER = 4
"""
TASK = """
from {package}.model import train

class Scores:
    '''Scores.'''

    top: int = IntParameter(default=3)

    def run(self) -> None:
        self.dump(train([1]))
"""
DISPATCH = "from functools import singledispatch\n@singledispatch\ndef f(x): ...\n"
FILES = {"model": MODEL, "helpers": HELPERS, "deeper": DEEPER, "constants": CONSTANTS, "scores": TASK}


@pytest.fixture
def code(tmp_path, monkeypatch):
    """Find what `Scores` reaches in a package of the given files."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write_and_reach(files):
        return reached_code(f"{write_package(tmp_path, files)}.scores", "Scores")

    return write_and_reach


@pytest.fixture
def digest(code):
    """Digest what `Scores` reaches when some files are other than usual."""
    return lambda **changed: digest_of(code({**FILES, **changed}))


@pytest.fixture
def reached(code):
    """Digest what the class `Scores` of one text reaches, with other modules beside it."""

    def write_and_digest(scores, **others):
        found = code({"scores": f"{scores}\nclass Scores:\n    value = f()\n", **others})
        package = next(iter(found)).partition(".")[0]
        return digest_of(
            {
                label.replace(package, "p"): replace(one, text=one.text.replace(package, "p"))
                for label, one in found.items()
            }
        )

    return write_and_digest


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("scores", "[1]", "[2]"),
        ("model", "LEAVES = 31", "LEAVES = 15"),
        ("model", "* LEAVES", "- LEAVES"),
        ("helpers", "floor(rows)", "floor(rows) + 1"),
        ("deeper", "int(x)", "round(x)"),
        ("constants", "DEPTH = 3", "DEPTH = 5"),
        ("constants", "DEPTH = 3", "DEPTH = 3\nDEPTH += 1"),
    ],
)
def test_a_change_of_meaning_anywhere_below_changes_the_digest(digest, file, old, new):
    changed = FILES[file].replace(old, new)

    assert changed != FILES[file]
    assert digest(**{file: changed}) != digest()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("model", "def unused():\n    return 0", "if __name__ == '__main__':\n    print(train([1]))"),
        ("model", "# a comment", "# another comment"),
        ("model", "'''Train it.'''", "'''Train a model.'''"),
        ("model", "helpers.clean(rows) * LEAVES + DEPTH", "(helpers.clean( rows )*LEAVES+DEPTH)"),
        ("model", "return 0", "return 1"),
        ("constants", "OTHER = 4", "OTHER = 5"),
        ("deeper", "x: float) -> int", "x: object) -> object"),
        ("scores", "default=3", "default=4"),
    ],
)
def test_what_cannot_change_the_result_keeps_the_digest(digest, file, old, new):
    changed = FILES[file].replace(old, new)

    assert changed != FILES[file]
    assert digest(**{file: changed}) == digest()


def test_a_function_may_move_to_another_file(digest):
    moved = HELPERS.replace("from {package}.deeper import floor", DEEPER)

    assert digest(helpers=moved) == digest()


def test_names_imported_by_a_star_are_followed(digest):
    star = HELPERS.replace("import floor", "import *")
    other = DEEPER.replace("int(x)", "round(x)")

    assert digest(helpers=star) == digest()
    assert digest(helpers=star, deeper=other) != digest()


def test_imports_inside_functions_are_followed(digest):
    inside = "def clean(rows):\n    from {package}.deeper import floor\n    return floor(rows)\n"

    assert digest(helpers=inside) != digest(helpers=inside, deeper=DEEPER.replace("int(x)", "round(x)"))


def test_a_definition_tells_its_text_and_where_it_stands(code):
    found = code({**FILES, "constants": CONSTANTS.replace("DEPTH = 3", "DEPTH: int = 3  # deep\nDEPTH += 1\n")})
    here = {label.partition(".")[2]: definition for label, definition in found.items()}

    assert sorted(here) == [
        *("constants:DEPTH", "deeper:floor", "helpers:Cleaner", "helpers:clean"),
        *("model:LEAVES", "model:train", "scores:Scores"),
    ]
    assert here["constants:DEPTH"].text == "DEPTH = 3\nDEPTH += 1"
    assert here["model:train"].text == (
        "import math\ndef train(rows):\n    return helpers.clean(rows) * LEAVES + DEPTH + math.pi"
    )
    assert here["scores:Scores"].text == "class Scores:\n\n    def run(self):\n        self.dump(train([1]))"
    lines = MODEL.splitlines()
    train = here["model:train"]
    assert (lines[train.first_line - 1], lines[train.last_line - 1]) == ("def train(rows):", lines[-1])
    assert train.file.endswith("model.py")


def test_the_digest_does_not_depend_on_files_unless_two_share_a_name():
    f, g = Definition("return 1", "a.py", 1, 2), Definition("return 2", "b.py", 3, 4)

    assert digest_of({"a:f": f, "b:g": g}) == digest_of({"c:g": g, "c:f": f}) != digest_of({"a:f": g, "b:g": f})
    assert digest_of({"a:f": f, "b:f": g}) != digest_of({"a:f": g, "b:f": f})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("from statistics import mean as f", "from statistics import median as f"),
        ("import statistics as s\nf = s.mean", "import numpy as s\nf = s.mean"),
        ("from math import *\nf = sqrt", "from cmath import *\nf = sqrt"),
        ("G = 1\nif G:\n    f = 1\nelse:\n    f = 2", "G = 0\nif G:\n    f = 1\nelse:\n    f = 2"),
        ("if int():\n    f = 1\nelse:\n    f = 2", "if int():\n    f = 2\nelse:\n    f = 1"),
        (
            "N = 1\nif N:\n    from math import e as f\nelse:\n    from math import pi as f",
            "N = 0\nif N:\n    from math import e as f\nelse:\n    from math import pi as f",
        ),
        ("f = {}\nfor i in (1, 2):\n    f[i] = i", "f = {}\nfor i in (1, 3):\n    f[i] = i"),
        ("f = {}\nf['a'] = 1", "f = {}\nf['a'] = 2"),
        ("f = []\nf.append(1)", "f = []\nf.append(2)"),
        ("def f(): ...\nf.limit = 1", "def f(): ...\nf.limit = 2"),
        (
            f"{DISPATCH}@f.register\ndef _(x: int): return 1",
            f"{DISPATCH}@f.register\ndef _(x: str): return 1",
        ),
        ("try:\n    f = int()\nexcept OSError:\n    f = 1", "try:\n    f = int()\nexcept OSError:\n    f = 2"),
        ("with open() as file:\n    f = file", "with open('other') as file:\n    f = file"),
    ],
)
def test_what_a_name_comes_to_by_its_module_counts(reached, one, other):
    assert reached(one) == reached(one)
    assert reached(one) != reached(other)


PAIR = {"a": "def f(): return 1\ndef g(): return 0", "b": "def f(): return 2\ndef g(): return 3"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("from {package}.a import g as f", "from {package}.a import f"),
        (
            "from {package} import a, b\ndef f(): return a.f(b.f())",
            "from {package} import a as b, b as a\ndef f(): return a.f(b.f())",
        ),
        ("from {package}.a import f, g as h\nX = h", "from {package}.a import g as f, f as h\nX = h"),
        (
            "try:\n    from {package}.a import f\nexcept ImportError:\n    from {package}.b import f",
            "try:\n    from {package}.b import f\nexcept ImportError:\n    from {package}.b import f",
        ),
    ],
)
def test_which_of_two_definitions_is_meant_counts(reached, one, other):
    assert reached(one, **PAIR) == reached(one, **PAIR)
    assert reached(one, **PAIR) != reached(other, **PAIR)


def test_the_contents_of_two_functions_of_one_name_may_not_change_places(reached):
    both = "from {package} import a, b\ndef f(): return a.f(b.f())"

    assert reached(both, **PAIR) == reached(both, **PAIR)
    assert reached(both, **PAIR) != reached(both, a=PAIR["b"], b=PAIR["a"])


def test_a_package_that_imports_its_own_modules_is_followed(reached):
    door = {"__init__": "from . import a\nfrom .a import f as f", **PAIR}
    use = "from {package} import a\nimport {package}\ndef f(): return a.f(), {package}.f()"
    use = use.replace("import {package}\n", "import {package} as whole\n").replace("{package}.f()", "whole.f()")

    assert reached(use, **door) != reached(use, **{**door, "a": PAIR["b"]})


def test_a_folder_without_an_init_is_followed(reached):
    use = "import {package}.deep.a as a\ndef f(): return a.f()"

    assert reached(use, **{"deep/a": PAIR["a"]}) != reached(use, **{"deep/a": PAIR["b"]})
    whole = "import {package}.deep.a\nwhole = {package}\ndef f(): return {package}.deep.a.f()"
    assert reached(whole, **{"deep/a": PAIR["a"]}) != reached(whole, **{"deep/a": PAIR["b"]})


def test_annotations_count_where_a_decorator_may_read_them(reached):
    plain = "import functools\n@functools.cache\ndef f(x: {}): return x"
    read = "import checking\n@checking.by_types\ndef f(x: {}): return x"

    assert reached(plain.format("int")) == reached(plain.format("str"))
    assert reached(read.format("int")) != reached(read.format("str"))


def test_packages_that_are_declared_are_followed(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    digests = []
    for body in ("return 1", "return 2"):
        common = write_package(tmp_path, {"rounding": f"def round_up(): {body}"})
        files = {"scores": f"from {common}.rounding import round_up\nclass Scores:\n    value = round_up()"}
        alone = write_package(tmp_path, files)
        both = write_package(tmp_path, {**files, "__init__": f"PROJECT_PACKAGES = ('{common}',)"})
        assert list(reached_code(f"{alone}.scores", "Scores")) == [f"{alone}.scores:Scores"]
        found = reached_code(f"{both}.scores", "Scores")
        assert f"{common}.rounding:round_up" in found
        digests.append(found[f"{common}.rounding:round_up"].digest)
    assert len(set(digests)) == 2


def test_a_single_file_declares_its_packages_too(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "lone_tasks.py").write_text("PROJECT_PACKAGES = ['push', 'common']\nclass Scores: ...")

    assert project_packages("lone_tasks") == {"lone_tasks", "push", "common", "slipstream"}
    assert list(reached_code("lone_tasks", "Scores")) == ["lone_tasks:Scores"]


@pytest.mark.parametrize("value", ["'common'", "('push', 3)", "tuple(NAMES)", "OTHERS + ('push',)"])
def test_packages_must_be_written_out(tmp_path, monkeypatch, value):
    monkeypatch.syspath_prepend(str(tmp_path))
    package = write_package(tmp_path, {"__init__": f"PROJECT_PACKAGES = {value}", "scores": "class Scores: ..."})

    with pytest.raises(ValueError, match="write a tuple of top-level") as error:
        reached_code(f"{package}.scores", "Scores")
    assert f"{package}/__init__.py" in str(error.value)
    assert value in str(error.value)


def test_code_of_libraries_and_of_the_mechanism_is_not_followed():
    code = reached_code("slipstream.tasks.vectors", "ItemEmbedding")

    assert "slipstream.tasks.vectors:Embedding" in code
    assert {label.partition(".")[0] for label in code} == {"slipstream"}
    assert not any(label.startswith("slipstream.tasks.cache") for label in code)


def test_a_class_without_source_is_refused_with_a_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "no_source", type(sys)("no_source"))

    with pytest.raises(LookupError, match="top level of a file"):
        reached_code("no_source", "Ghost")
