"""Tables cut into blocks of whole users."""

import itertools

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slipstream.tasks.user_blocks import ByUser, InStep, cut_by_user, rows_of, whole_users


def frames(*parts):
    return [pd.DataFrame({"user_id": pd.Series(list(part), dtype="str")}) for part in parts]


def texts(blocks):
    return ["".join(block["user_id"]) for block in blocks]


def test_a_user_is_never_cut():
    assert texts(whole_users(frames("aab", "bbbc", "c", "d"), rows=2)) == ["aa", "bbbb", "cc", "d"]
    assert texts(whole_users(frames("aab", "bbbc", "c", "d"), rows=4)) == ["aabbbb", "ccd"]


@given(st.text("abcde", min_size=1).map(lambda text: "".join(sorted(text))), st.integers(1, 6), st.integers(1, 4))
@settings(deadline=None)
def test_the_blocks_together_are_the_table(text, rows, step):
    parts = frames(*(text[start : start + step] for start in range(0, len(text), step)))
    blocks = texts(whole_users(parts, rows=rows))
    assert "".join(blocks) == text
    assert all(len(block) >= rows for block in blocks[:-1])
    assert all(left[-1] < right[0] for left, right in itertools.pairwise(blocks))


def test_what_fits_into_one_block_may_come_in_any_order():
    assert texts(whole_users(frames("bab"))) == ["bab"]
    assert texts(whole_users(frames(""))) == [""]


@pytest.mark.parametrize("parts", [("ba", "c"), ("bb", "a"), ("ab", "ac")])
def test_users_out_of_order_are_refused(parts):
    with pytest.raises(ValueError, match="are not sorted by user; sort the table by user_id"):
        list(whole_users(frames(*parts), rows=1))


def test_a_table_in_step_is_read_by_any_number_of_rows():
    table = InStep(frames("ab", "c", "", "def"))
    assert texts([table.take(1), table.take(3), table.take(0), table.take(1)]) == ["a", "bcd", "", "e"]
    assert table.left() == 1
    assert texts([table.take(5)]) == ["f"]
    assert table.left() == 0


def test_rows_of_the_users_of_a_block_are_cut_out():
    table = pl.DataFrame({"user_id": list("aabdd"), "row": range(5)})
    assert rows_of(table, frames("ba")[0])["row"].to_list() == [0, 1, 2]
    assert rows_of(table, frames("c")[0])["row"].to_list() == []
    assert rows_of(table, frames("")[0])["row"].to_list() == []


def test_a_table_is_read_user_by_user():
    table = ByUser(frames("aab", "bbbc", "", "cff"), rows=1)
    assert texts([table.until("a"), table.until("b"), table.until("b"), table.until("e")]) == ["aa", "bbbb", "", "cc"]
    assert texts([table.until("z"), table.until("z")]) == ["ff", ""]
    assert texts([ByUser(frames("bab")).until("a"), ByUser(frames("")).until("a")]) == ["a", ""]


@given(st.text("abcde").map(lambda text: "".join(sorted(text))), st.integers(1, 6))
@settings(deadline=None)
def test_parts_hold_all_rows_of_their_users(text, rows):
    parts = texts(cut_by_user(pl.from_pandas(frames(text)[0]), rows=rows))
    assert "".join(parts) == text
    assert 1 <= len(parts) <= max(-(-len(text) // rows), 1)
    assert all(left[-1] < right[0] for left, right in itertools.pairwise(parts))
