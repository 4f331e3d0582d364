"""The catalogue says what each task takes and makes."""

from slipstream import reference
from tests.slipstream.toys import Everybody, Guests, Names


def test_a_task_is_one_row():
    assert reference._task(Guests) == "| **Guests**<br>So many guests. | [User](#tables) |  | count: required |\n"
    assert "ours: [User](#tables)<br>theirs: [User](#tables) | trouble = none |" in reference._task(Everybody)
    assert "| list | guests: [User](#tables) | file = none |" in reference._task(Names)


def test_every_table_is_listed_with_its_columns():
    text = reference.render()
    assert all(f"| {row.__name__} | " in text for row in reference.rows())
    assert "item_id str, title str" in text
    assert "published_at time?" in text
