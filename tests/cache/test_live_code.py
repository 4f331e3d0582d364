import importlib
import os

import pytest

from slipstream.tasks.cache.live_code import agrees
from slipstream.tasks.cache.source import read_module
from tests.cache.packages import write_package

TEXT = '''
import dataclasses
import enum
import functools
from typing import NamedTuple

LIMIT = 3
PAIR = ("a", 1)
WORDS = ["a"]
FILLED = {}
STATE = {"b": 1}
SEEN = ["b"]
COUNT = 0

def plain(x: int, y=2, *, z="c") -> int:
    """Doc."""
    # why
    return x * 2 + y

def raise_count():
    global COUNT
    COUNT += 1
    FILLED["a"] = STATE["a"] = COUNT
    SEEN.append("a")

def traced(function):
    def call(*a):
        return function(*a) or 0
    return call

@functools.cache
def remembered(x):
    return x + 1

@traced
def hidden(x):
    return x + 2

def outer():
    def inner(x):
        """Doc."""
        return x in {"a", "b"}
    return inner, lambda y: y + 3

@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    x: int = 1

    def far(self, by=1):
        return self.x + by

class Colour(enum.Enum):
    RED = 1

class Named(NamedTuple):
    x: int = 5

    def double(self):
        return self.x * 2

class Model:
    """Doc."""

    depth = 4
    names = ()

    @property
    def half(self):
        return self.depth / 2

    @staticmethod
    def make():
        return Model()

    @functools.cached_property
    def slow(self):
        return 7

    def fit(self, rows):
        return [super().__init__(), rows]
'''
NAMES = (
    *(
        "LIMIT",
        "PAIR",
        "WORDS",
        "FILLED",
        "STATE",
        "SEEN",
        "COUNT",
        "plain",
        "raise_count",
        "traced",
        "remembered",
        "hidden",
        "outer",
    ),
    *("Point", "Colour", "Named", "Model"),
)


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """Import a module, then edit its file; returns the names in memory that no longer agree with it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    package = write_package(tmp_path, {"one": TEXT})
    live = importlib.import_module(f"{package}.one")
    live.raise_count()

    def edit(*replacements):
        file = tmp_path / package / "one.py"
        text = TEXT
        for old, new in replacements:
            assert text.count(old) == 1
            text = text.replace(old, new)
        file.write_text(text)
        os.utime(file, (2 * 10**9, 2 * 10**9))
        module = read_module(f"{package}.one")
        return {name for name in NAMES if not agrees(module, name, getattr(live, name, None))}

    return edit


def test_code_agrees_with_the_file_it_came_from(edited):
    assert edited() == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# why", "# because\n    # of this"),
        ('"""Doc."""\n    # why', "# why"),
        ('"""Doc."""\n\n    depth', '"""Longer."""\n\n    depth'),
        ('        """Doc."""\n        return x in', "        return x in"),
        ("x: int, y=2", "x: float, y=2"),
        ("-> int", "-> object"),
        ("return x * 2 + y", "return (\n        (x * 2) + y\n    )"),
        ("LIMIT = 3", "# first\nLIMIT = 3  # so many"),
        ("COUNT = 0", "COUNT = 9"),
        ('{"a", "b"}', '{"b", "a"}'),
        ("FILLED = {}", "FILLED = {}  # later"),
        ("LIMIT = 3", "LIMIT = int('3')"),
    ],
)
def test_text_without_meaning_and_what_cannot_be_seen_is_left_alone(edited, old, new):
    assert edited((old, new)) == set()


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("LIMIT = 3", "LIMIT = 4", "LIMIT"),
        ("LIMIT = 3", "LIMIT = 3.0", "LIMIT"),
        ('("a", 1)', '("a", 2)', "PAIR"),
        ('WORDS = ["a"]', 'WORDS = ["b"]', "WORDS"),
        ("x * 2 + y", "x * 3 + y", "plain"),
        ("x * 2 + y", "x * 2 + LIMIT", "plain"),
        ("y=2", "y=3", "plain"),
        ('z="c"', 'z="d"', "plain"),
        ('z="c"', "z", "plain"),
        ("def plain", "def plainer", "plain"),
        ("return x + 1", "return x + 9", "remembered"),
        ("return x + 2", "return x + 9", "hidden"),
        ('x in {"a", "b"}', 'x in {"a", "c"}', "outer"),
        ("y + 3", "y + 9", "outer"),
        ("self.x + by", "self.x - by", "Point"),
        ("by=1", "by=2", "Point"),
        ("self.x * 2", "self.x * 9", "Named"),
        ("depth = 4", "depth = 5", "Model"),
        ("self.depth / 2", "self.depth / 3", "Model"),
        ("return Model()", "return None", "Model"),
        ("return 7", "return 8", "Model"),
        ("super().__init__(), rows", "rows", "Model"),
        ("    def fit(", "    def extra(self):\n        return 1\n\n    def fit(", "Model"),
    ],
)
def test_another_meaning_is_seen_where_it_is(edited, old, new, name):
    assert edited((old, new)) == {name}


def test_a_changed_wrapper_is_seen_in_all_that_it_wraps(edited):
    assert edited(("function(*a) or 0", "function(*a) or 1")) == {"traced", "hidden"}
