"""The catalogue says what each task takes and makes."""

from slipstream import catalogue
from tests.slipstream.toys import Everybody, Guests, Names


def test_a_task_is_one_row():
    assert catalogue._task(Guests) == "| **Guests**<br>So many guests. | [User](#tables) |  | count: required |\n"
    assert "ours: [User](#tables)<br>theirs: [User](#tables) | trouble = none |" in catalogue._task(Everybody)
    assert "| list | guests: [User](#tables) | file = none |" in catalogue._task(Names)


def test_every_table_is_listed_with_its_columns():
    text = catalogue.render()
    assert all(f"| {row.__name__} | " in text for row in catalogue.rows())
    assert "item_id str, title str" in text
    assert "published_at time?" in text
