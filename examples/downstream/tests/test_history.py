"""What the push team knows by itself."""

import numpy as np
import pandas as pd
import pytest
from tasks.push.history import PRIOR, describe_history

from slipstream.tasks.tables import Interaction, Item, ItemTag
from slipstream.tasks.vectors import ItemEmbedding
from tasks.tables import Push


def moment(text):
    return pd.Timestamp(f"2024-04-{text}:00+00:00").as_unit("us")


def pushes(*rows):
    frame = pd.DataFrame(rows, columns=["user_id", "item_id", "at", "kind"])
    return Push.validate(frame.assign(at=[moment(at) for at in frame["at"]]))


EARLIER = pushes(
    ("ann", "a", "10T08", "opened"),
    ("ann", "b", "10T12", "ignored"),
    ("bob", "a", "10T08", "ignored"),
    ("bob", "b", "10T12", "ignored"),
)
ITEMS = Item.validate(
    pd.DataFrame({"item_id": ["a", "b", "c"], "title": ["A", "B", "C"], "text": ["", "", ""], "language": "en"}).assign(
        published_at=[moment("09T08"), moment("09T08"), moment("11T02")]
    )
)
READ = Interaction.validate(
    pd.DataFrame({"user_id": ["ann", "ann"], "item_id": ["a", "b"], "weight": 1.0, "strength": "weak"}).assign(
        kind="view", at=moment("10T09")
    )
)
TAGS = ItemTag.validate(
    pd.DataFrame({"item_id": ["a", "b", "c"], "tag": ["x", "y", "x"], "weight": 1.0, "user_id": None}).assign(
        at=moment("10T00")
    )
)
HEADLINES = ItemEmbedding(pd.Index(["a", "b", "c"]), np.array([[1, 0], [0, 1], [1, 0]], np.float32))
SENT = pushes(("ann", "c", "11T08", "opened"), ("bob", "c", "11T08", "ignored"), ("new", "d", "11T08", "ignored"))


@pytest.fixture(scope="module")
def described():
    return describe_history(SENT, EARLIER, READ, ITEMS, TAGS, HEADLINES).set_index("user_id")


def test_open_rates_are_drawn_towards_the_mean_of_all(described):
    mean = 1 / 4
    assert described.loc["ann", "user_id__rate"] == pytest.approx((1 + PRIOR * mean) / (2 + PRIOR))
    assert described.loc["bob", "user_id__rate"] == pytest.approx(PRIOR * mean / (2 + PRIOR))


def test_an_hour_counts_by_itself(described):
    assert described.loc["ann", "user_id_hour__sent"] == 1
    assert described.loc["ann", "user_id_hour__rate"] == pytest.approx((1 + PRIOR / 4) / (1 + PRIOR))


def test_a_tag_that_was_opened_before_counts_for_another_article(described):
    ann, bob = described.loc["ann", "user_id_tag__rate"], described.loc["bob", "user_id_tag__rate"]
    assert ann == pytest.approx((1 + PRIOR / 4) / (1 + PRIOR))
    assert bob < ann


def test_headlines_like_the_opened_one_are_near(described):
    assert described.loc["ann", "headline__opened"] == pytest.approx(1)
    assert described.loc["ann", "headline__read"] == pytest.approx(0.5**0.5)


def test_age_is_that_at_the_sending(described):
    assert described.loc["ann", "age_hours"] == 6


def test_nothing_is_known_of_somebody_new(described):
    unknown = described.loc["new"].drop(["item_id", "at", "opened", "hour"])
    assert unknown.isna().all()


def test_each_push_stays_one_row(described):
    assert described["opened"].to_dict() == {"ann": 1, "bob": 0, "new": 0}
