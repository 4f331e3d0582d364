import re

import pytest

from slipstream.graph import State
from slipstream.report.looks import ORDER, SIGNS, css_class, short_count, span, state_cell, word


def test_every_state_has_a_sign_of_its_own_a_word_and_a_place():
    assert set(SIGNS) == set(ORDER) == set(State)
    assert len(set(SIGNS.values())) == len({word(state) for state in State}) == len(State)


def test_a_state_is_told_by_sign_and_word():
    cell = state_cell(State.NOT_RUN)

    assert re.fullmatch(r'<span class="state not-run"><svg .*</svg>not run</span>', cell)
    assert css_class(State.DONE) == "run"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (0.0, "0 s"), (0.0123, "12 ms"), (3.14, "3.1 s"), (147.2, "2 min 27 s"), (3700, "1 h 01 min")],
)
def test_spans_are_written_as_people_read_them(seconds, text):
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(7, "7"), (9742, "9,742"), (104519, "105k"), (1_465_400, "1.47M"), (2_000_000_000, "2G")]
)
def test_counts_are_short(count, text):
    assert short_count(count) == text
