import ast

import pytest

from slipstream.tasks.cache.normal_form import normalise


def normal(text):
    return ast.unparse(ast.fix_missing_locations(normalise(ast.parse(text).body[0])))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (
            "def f(x: int, *a: str, k: int = 1, **b: str) -> int:\n    'Doc.'\n    return x",
            "def f(x, *a, k=1, **b):\n    return x",
        ),
        ("async def f(x: int):\n    'Doc.'", "async def f(x):\n    pass"),
        ("def f():\n    x: int = 3\n    return x", "def f():\n    x = 3\n    return x"),
        (
            "def f():\n    def g(y: int):\n        'Doc.'\n        return y",
            "def f():\n\n    def g(y):\n        return y",
        ),
        ("LIMIT: int = 3", "LIMIT = 3"),
        ("class A:\n    'Doc.'", "class A:\n    pass"),
        ("class A:\n    x: int = 3", "class A:\n    x: int = 3"),
        ("class A:\n    x: int = luigi.IntParameter()\n    y = 1", "class A:\n    y = 1"),
        ("class A:\n    x = IntParameter()", "class A:\n    pass"),
        ("class A:\n    def f(self) -> int: return 1", "class A:\n\n    def f(self):\n        return 1"),
        ("@property\ndef f(self) -> int: return 1", "@property\ndef f(self):\n    return 1"),
        ("@lru_cache(3)\ndef f(x: int): return 1", "@lru_cache(3)\ndef f(x):\n    return 1"),
        ("@check_types\ndef f(x: int) -> int: return 1", "@check_types\ndef f(x: int) -> int:\n    return 1"),
        ("if A:\n    def f(x: int): return 1", "if A:\n\n    def f(x):\n        return 1"),
    ],
)
def test_what_only_informs_is_left_out(written, kept):
    assert normal(written) == kept


def test_layout_and_comments_do_not_show():
    assert normal("def f(x):\n    # why\n    return (  x+1 )") == normal("def f( x ): return x + 1")


def test_lines_stay_those_of_the_file():
    function = normalise(ast.parse("\n\ndef f():\n    'Doc.'\n    x: int = 3\n    return x").body[0])

    assert (function.lineno, function.end_lineno) == (3, 6)
    assert [part.lineno for part in function.body] == [5, 6]
