"""EASE and EDLAE against their formulas."""

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation.ease import ease_neighbours
from slipstream.tasks.tables import Interaction, ItemTagScore, empty
from tests.worlds import moment, table

FEW_USERS = ["abcd", "abe", "bcf"]
FEW_ITEMS = ["ab", "bc", "ac", "abc", "a"]
NO_TAGS = empty(ItemTagScore)
KNOBS = {"regularisation": 0.5, "dropout": 0.0, "tag_weight": 1.0, "max_items": 99, "top": 99}


def traces(lists: list[str]) -> pd.DataFrame:
    rows = [(f"u{n}", item, 1.0, "weak", "view", moment(n)) for n, items in enumerate(lists) for item in items]
    return table(Interaction, rows)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("lists", [FEW_USERS, FEW_ITEMS])
def test_weights_are_those_of_the_closed_form(lists: list[str], dropout: float):
    items = sorted(set("".join(lists)))
    given = np.array([[item in line for item in items] for line in lists], float)
    gram = given.T @ given
    inverse = np.linalg.inv(gram + dropout / (1 - dropout) * np.diag(np.diag(gram)) + 0.5 * np.eye(len(items)))
    wanted = -inverse / np.diag(inverse)
    np.fill_diagonal(wanted, 0)
    found = ease_neighbours(traces(lists), NO_TAGS, **{**KNOBS, "dropout": dropout})
    matrix = found.pivot_table(index="item_id", columns="neighbour_id", values="weight", fill_value=0)
    assert np.allclose(matrix.reindex(index=items, columns=items, fill_value=0), wanted, atol=1e-5)


def test_only_the_most_liked_items_are_learnt():
    found = ease_neighbours(traces(["abx", "aby", "ab"]), NO_TAGS, **{**KNOBS, "max_items": 2})
    assert set(found["item_id"]) == set(found["neighbour_id"]) == {"a", "b"}


def test_the_strongest_are_kept_whatever_their_sign():
    whole = ease_neighbours(traces(FEW_USERS), NO_TAGS, **KNOBS)
    short = ease_neighbours(traces(FEW_USERS), NO_TAGS, **{**KNOBS, "top": 1})
    strongest = whole.assign(size=whole["weight"].abs()).groupby("item_id")["size"].max()
    assert np.allclose(short.set_index("item_id")["weight"].abs(), strongest)


@pytest.mark.parametrize("dropout", [-0.1, 1.0])
def test_a_dropout_that_is_no_share_is_refused(dropout: float):
    with pytest.raises(ValueError, match=f"dropout {dropout}"):
        ease_neighbours(traces(FEW_USERS), NO_TAGS, **{**KNOBS, "dropout": dropout})


@pytest.mark.parametrize("lists", [FEW_USERS, FEW_ITEMS])
def test_a_tag_is_one_more_user(lists: list[str]):
    tags = table(ItemTagScore, [("a", "round", 1.0, ""), ("c", "round", 1.0, ""), ("unseen", "round", 1.0, "")])
    taught = ease_neighbours(traces(lists), tags, **KNOBS)
    longer = ease_neighbours(traces([*lists, "ac"]), NO_TAGS, **KNOBS)
    assert list(taught["neighbour_id"]) == list(longer["neighbour_id"])
    assert np.allclose(taught["weight"], longer["weight"], atol=1e-5)


def test_tags_do_not_choose_which_items_are_learnt():
    tags = table(ItemTagScore, [("x", "round", 1.0, ""), ("y", "round", 1.0, "")])
    found = ease_neighbours(traces(["abx", "aby", "ab"]), tags, **{**KNOBS, "max_items": 2})
    assert set(found["item_id"]) == {"a", "b"}


def test_tags_of_no_weight_change_nothing():
    tags = table(ItemTagScore, [("a", "round", 1.0, ""), ("c", "round", 1.0, "")])
    plain, weightless = (
        ease_neighbours(traces(FEW_USERS), given, **{**KNOBS, "tag_weight": weight})
        for given, weight in ((NO_TAGS, 1.0), (tags, 0.0))
    )
    pd.testing.assert_frame_equal(plain, weightless)
