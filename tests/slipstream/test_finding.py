import pandas as pd
import pytest

from slipstream.finding import find_item, find_user
from slipstream.stop import Stop

ITEMS = pd.DataFrame(
    {
        "item_id": ["1", "2", "3", "m4"],
        "title": ["Matrix, The (1999)", "Matrix Reloaded (2003)", "Laura (1944)", "Matrix"],
    }
)


@pytest.mark.parametrize(
    ("name", "item"),
    [("3", "3"), ("laura", "3"), ("RELOADED", "2"), ("matrix", "m4"), ("9", "9")],
)
def test_an_item_is_found_by_id_title_or_part_of_a_title(name, item):
    assert find_item(name, ITEMS, ["9"]) == item


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "atri",
            "3 items have 'atri' in their title (1 Matrix, The (1999), 2 Matrix Reloaded (2003), m4 Matrix); give",
        ),
        ("lora (1944)", "there is no item with id or title 'lora (1944)'; did you mean 3 Laura (1944)?"),
        ("m5", "there is no item with id or title 'm5'; did you mean m4 Matrix?"),
        ("", "there is no item with id or title ''; there are 4 items"),
    ],
)
def test_what_is_not_one_item_lists_near_ones(name, line):
    with pytest.raises(Stop) as stop:
        find_item(name, ITEMS, [])
    assert str(stop.value).startswith(line)


def test_a_user_is_found_by_id():
    assert find_user("u1", ["u1", "u2"], "Recommend") == "u1"
    with pytest.raises(Stop, match=r"Recommend serves no user 'u3'; did you mean u\d or u\d\?"):
        find_user("u3", ["u1", "u2"], "Recommend")
    with pytest.raises(Stop, match="Recommend serves no user 'zz'; there are 2 users"):
        find_user("zz", ["u1", "u2"], "Recommend")
