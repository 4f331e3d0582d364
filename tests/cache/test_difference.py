"""What is compared with what."""

import pytest

from slipstream.tasks.cache.changes import DataChanged
from slipstream.tasks.cache.difference import code_changes, data_changes, input_changes
from slipstream.tasks.cache.fingerprint import Definition

A, B, C = "a" * 64, "b" * 64, "c" * 64


def definition(text, first_line=1):
    return Definition(text, "model.py", first_line, first_line + text.count("\n"))


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({"0000 x.csv": A}, {"0000 x.csv": A}, []),
        ({"0000 x.csv": A}, {"0000 x.csv": B}, [DataChanged("x.csv", A, B)]),
        ({"0000 y.csv": A}, {"0000 x.csv": B, "0001 y.csv": A}, [DataChanged("x.csv", None, B)]),
        ({"0000 x.csv": B, "0001 y.csv": A}, {"0000 y.csv": A}, [DataChanged("x.csv", B, None)]),
        ({"0000 x": A, "0001 y": B}, {"0000 y": B, "0001 x": A}, [DataChanged("order of files", "x, y", "y, x")]),
        ({"0000 x": A, "0001 x": B}, {"0000 x": A, "0001 x": C}, [DataChanged("0001 x", B, C)]),
    ],
)
def test_files_are_compared_by_name(old, new, changes):
    assert list(data_changes(old, new)) == changes


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({"rows": "k1"}, {"rows": "k1"}, []),
        ({"rows": "k1"}, {"rows": "k2"}, [("rows", "k1", "k2")]),
        ({"rows": "k1"}, {"rows": "k1", "tags": "k2"}, [("tags", None, "k2")]),
        ({"rows": "k1", "tags": "k2"}, {"rows": "k1"}, [("tags", "k2", None)]),
        ({"parts": ["k1", "k2"]}, {"parts": ["k0", "k1", "k2"]}, [("parts", None, "k0")]),
        ({"parts": ["k1", "k2"]}, {"parts": ["k1", "k3"]}, [("parts", "k2", "k3")]),
        ({"parts": ["k1", "k1"]}, {"parts": ["k1"]}, [("parts", "k1", None)]),
        ({"parts": ["k1", "k2"]}, {"parts": ["k2", "k1"]}, [("parts (order)", "k1, k2", "k2, k1")]),
        ({"parts": {"x": "k1", "y": "k2"}}, {"parts": {"x": "k1", "y": "k3"}}, [("parts.y", "k2", "k3")]),
        ({"parts": "k1"}, {"parts": ["k1", "k2"]}, [("parts", None, "k2")]),
    ],
)
def test_inputs_are_compared_by_name_and_lists_without_what_both_have(old, new, changes):
    assert list(input_changes(old, new)) == changes


def test_definitions_are_compared_by_name_even_when_they_moved():
    old = {"p.a:f": "def f():\n    return 1", "p.a:g": "G = 1", "p.a:h": "H = 1", "p.a:k": "K = 1"}
    new = {
        "p.a:f": definition("def f():\n    return 2", 7),
        "p.b:g": definition("G = 1"),
        "p.b:h": definition("H = 2", 2),
        "p.a:n": definition("N = 1", 9),
    }
    assert [(change.label, change.kind, change.diff) for change in code_changes(old, new)] == [
        ("p.b:g", "moved from p.a", ()),
        ("p.b:h", "changed", ("-H = 1", "+H = 2")),
        ("p.a:f", "changed", (" def f():", "-    return 1", "+    return 2")),
        ("p.a:n", "added", ("+N = 1",)),
        ("p.a:k", "removed", ("-K = 1",)),
    ]


def test_places_far_apart_are_parted_in_a_diff():
    lines = [f"line {number}" for number in range(30)]
    changed = ["first", *lines[1:-1], "last"]
    [change] = code_changes({"m:f": "\n".join(lines)}, {"m:f": definition("\n".join(changed))})
    assert change.diff == (
        *("-line 0", "+first", " line 1", " line 2", "…"),
        *(" line 27", " line 28", "-line 29", "+last"),
    )
