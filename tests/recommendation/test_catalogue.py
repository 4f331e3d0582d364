from datetime import timedelta

import pytest

from slipstream.tasks.recommendation.catalogue import catalogue, judge_items, touched
from slipstream.tasks.tables import CatalogueItem, Event, Interaction, Item, empty
from tests.worlds import AS_OF, table


def item(item_id, published=None):
    return (item_id, item_id.upper(), "", None, published)


def trace(item_id, days_ago):
    return ("u", item_id, 1.0, "weak", "view", AS_OF - timedelta(days=days_ago))


ITEMS = table(Item, [item("c"), item("a", AS_OF - timedelta(days=90)), item("b", AS_OF), item("d", AS_OF)])
TRACES = table(Interaction, [trace("a", 40), trace("c", 3), trace("x", 1), trace("y", 0)])


def listed(*args, **knobs):
    return list(catalogue(*args, as_of=AS_OF, **knobs)["item_id"])


def test_items_without_a_date_are_always_out_and_later_ones_never():
    assert listed(ITEMS, TRACES) == ["a", "c"]


def test_a_log_without_items_makes_its_own_catalogue_from_what_was_touched_before():
    assert listed(empty(Item), TRACES) == ["a", "c", "x"]


def test_only_items_touched_or_published_lately_stay_active():
    new = table(Item, [item("c"), item("a"), item("new", AS_OF - timedelta(days=2)), item("silent")])
    assert listed(new, TRACES, active_days=7) == ["c", "new"]


def test_nothing_gives_nothing():
    assert listed(empty(Item), empty(Interaction), active_days=7) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_rows_does_not_matter(seed):
    shuffled = ITEMS.sample(frac=1, random_state=seed), TRACES.sample(frac=1, random_state=seed)
    assert listed(*shuffled, active_days=60) == listed(ITEMS, TRACES, active_days=60)


def test_what_is_left_out_is_told_with_its_cause():
    new = table(Item, [item("c"), item("a"), item("old"), item("soon", AS_OF)])
    judged = judge_items(new, TRACES, as_of=AS_OF, active_days=60)
    assert dict(judged.to_numpy()) == {"c": "", "a": "", "old": "inactive", "soon": "unpublished"}


def test_only_items_of_the_traces_are_kept():
    given = table(CatalogueItem, [("a",), ("b",), ("c",)])
    traces = table(Event, [("u", item, "view", AS_OF, None) for item in ("c", "a", "c", "x")])
    assert list(touched(given, traces)["item_id"]) == ["a", "c"]
    assert touched(given, empty(Event)).empty
