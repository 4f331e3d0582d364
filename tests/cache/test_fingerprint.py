import importlib
import sys
from itertools import count

import pytest

from slipstream.tasks.cache.fingerprint import digest_of, reached_code

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
FILES = {"model": MODEL, "helpers": HELPERS, "deeper": DEEPER, "constants": CONSTANTS, "scores": TASK}
numbers = count()


@pytest.fixture
def digest(tmp_path, monkeypatch):
    """Digest what `Scores` reaches in a package of the given files."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write_and_digest(**changed):
        package = f"fingerprinted_{next(numbers)}"
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
        for name, text in {**FILES, **changed}.items():
            (tmp_path / package / f"{name}.py").write_text(text.replace("{package}", package))
        importlib.invalidate_caches()
        return digest_of(reached_code(f"{package}.scores", "Scores"))

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


def test_code_of_libraries_and_of_the_mechanism_is_not_followed():
    code = reached_code("slipstream.tasks.vectors", "ItemEmbedding")

    assert "slipstream.tasks.vectors:Embedding" in code
    assert {label.partition(".")[0] for label in code} == {"slipstream"}
    assert not any(label.startswith("slipstream.tasks.cache") for label in code)


def test_a_class_without_source_is_refused_with_a_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "no_source", type(sys)("no_source"))

    with pytest.raises(LookupError, match="top level of a file"):
        reached_code("no_source", "Ghost")
