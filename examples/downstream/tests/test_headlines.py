"""Headlines by their letters."""

import pandas as pd
from tasks.push.headlines import embed_headlines

from slipstream.tasks.tables import Item, empty

TITLES = {
    "a": "糖尿病と食事療法",
    "b": "糖尿病の血糖値",
    "c": "The night shift of nurses",
    "d": "Nurses on night shifts",
}
ITEMS = Item.validate(
    pd.DataFrame({"item_id": list(TITLES), "title": list(TITLES.values()), "text": "", "language": None}).assign(
        published_at=pd.Timestamp("2024-04-01T00:00:00+00:00")
    )
)


def test_headlines_of_one_theme_are_near_in_any_script():
    near = embed_headlines(ITEMS, size=2, seed=0).unit
    near = near @ near.T
    assert near[0, 1] > near[0, 2:].max() + 0.3
    assert near[2, 3] > near[2, :2].max() + 0.3


def test_one_seed_gives_the_same_bytes():
    one, other = (embed_headlines(ITEMS, size=2, seed=0).matrix.tobytes() for _ in range(2))
    assert one == other


def test_no_articles_make_no_vectors():
    assert len(embed_headlines(empty(Item), size=2, seed=0)) == 0
