"""Lines that name a cause."""

import pytest

from slipstream.stop import Code, Stop, cause, near, one_line


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("two\n lines"), "ValueError: two lines"),
        (KeyError("x"), "KeyError: 'x'"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_a_cause_is_one_line(error, words):
    assert cause(error) == words


def test_long_messages_are_cut_between_fact_and_remedy():
    assert one_line("facts, facts, facts; do it", most=15) == "facts, fa…do it"
    assert one_line("ab cd", most=5) == "ab cd"


def test_a_stop_has_a_code_and_a_line():
    stop = Stop(Code.TASK_FAILED, "a\nb")
    assert (stop.code, str(stop)) == (40, "a b")


def test_near_names_are_suggested_and_few_ones_listed():
    assert near("itms", ["items", "users"]) == "; did you mean items?"
    assert near("xyz", ["b", "a"]) == "; there are a, b"
    assert near("xyz", []) == "; there are none"
