"""What every embedding of items has to do; a new one is tested by a line in WAYS."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from slipstream.tasks.embedding.als import als_factors
from slipstream.tasks.embedding.attention import Lesson, attention_factors
from slipstream.tasks.embedding.ials import ials_factors
from slipstream.tasks.embedding.joining import fill_items, join_items
from slipstream.tasks.embedding.lsi import lsi_items, tag_items
from slipstream.tasks.embedding.pooling import pool_users
from slipstream.tasks.embedding.sequence import item2vec
from slipstream.tasks.embedding.words import embed_texts, word_vectors
from slipstream.tasks.tables import ItemTagScore, ItemText, TermWeight, empty
from slipstream.tasks.vectors import ItemEmbedding
from tests import worlds
from tests.worlds import World, table

Way = Callable[[World], ItemEmbedding]
two_clubs, one_hit, newcomer, nothing = map(cache, (worlds.two_clubs, worlds.one_hit, worlds.newcomer, worlds.nothing))


@pytest.fixture(autouse=True)
def one_blas_thread() -> Iterator[None]:
    with threadpool_limits(1, "blas"):
        yield


def tokens(world: World) -> pd.DataFrame:
    spoken = [(row.item_id, "text", row.text.lower().replace(".", "")) for row in world.items.itertuples()]
    return table(ItemText, spoken)


def text(world: World) -> ItemEmbedding:
    knobs = {"size": 8, "epochs": 100, "window": 3, "min_count": 1, "seed": 0}
    words = word_vectors(tokens(world), method="word2vec", **knobs)
    return embed_texts(words, tokens(world), smoothing=1e-3)


def lsi(world: World) -> ItemEmbedding:
    pairs = {(row.item_id, term): 0.3 for row in tokens(world).itertuples() for term in row.tokens.split()}
    return lsi_items(table(TermWeight, [(*pair, weight) for pair, weight in pairs.items()]), size=4, seed=0)


def tag(world: World) -> ItemEmbedding:
    given = [(row.item_id, row.tag, 0.9, "{}") for row in world.item_tags.itertuples()]
    return tag_items(table(ItemTagScore, given), size=4, seed=0)


def sequence(world: World) -> ItemEmbedding:
    knobs = {"size": 8, "epochs": 200, "window": 5, "min_count": 1, "sample": 0.0, "seed": 0}
    return item2vec(world.interactions, **knobs)


def als(world: World) -> ItemEmbedding:
    return als_factors(world.interactions, size=4, epochs=10, regularisation=0.1, alpha=5.0, seed=0).items


def ials(world: World) -> ItemEmbedding:
    knobs = {"size": 4, "epochs": 10, "regularisation": 0.01, "unobserved": 0.1, "exponent": 1.0, "seed": 0}
    return ials_factors(world.interactions, empty(ItemTagScore), tag_weight=0.3, **knobs).items


def attention(world: World) -> ItemEmbedding:
    lesson = Lesson(size=16, layers=1, epochs=30, learning_rate=0.01, negatives=0, seed=0)
    return attention_factors(world.interactions, length=4, lesson=lesson).items


def joined(world: World) -> ItemEmbedding:
    return join_items([als(world), lsi(world)], weights=[1.0, 2.0], ridge=1.0)


def filled(world: World) -> ItemEmbedding:
    return fill_items(als(world), lsi(world), ridge=1.0)


BEHAVIOUR = [sequence, als, ials, attention]
CONTENT = [text, lsi, tag]
BOTH = [joined, filled]
WAYS = [*BEHAVIOUR, *CONTENT, *BOTH]


def shuffled(world: World) -> World:
    tables = {name: value for name, value in vars(world).items() if isinstance(value, pd.DataFrame)}
    mixed = {name: frame.sample(frac=1, random_state=7).reset_index(drop=True) for name, frame in tables.items()}
    return World(**{**vars(world), **mixed})


def likeness(items: ItemEmbedding, one: str, others: list[str]) -> float:
    unit = dict(zip(items.ids, items.unit, strict=True))
    return float(np.mean([unit[one] @ unit[other] for other in others]))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", [two_clubs, one_hit, newcomer, nothing])
def test_vectors_are_finite_and_sorted_by_id(way: Way, make: Callable[[], World]):
    items = way(make())
    assert isinstance(items, ItemEmbedding)
    assert items.ids.is_monotonic_increasing
    assert items.size > 0
    assert set(items.ids) <= set(make().items["item_id"])
    assert len(items) > 0 or make is nothing


@pytest.mark.parametrize("way", WAYS)
def test_items_of_one_club_lie_together(way: Way):
    items = way(two_clubs())
    own = likeness(items, "heart1", ["heart2", "heart3", "heart4"])
    assert own > likeness(items, "heart1", ["skin1", "skin2", "skin3", "skin4"])


@pytest.mark.parametrize("way", WAYS)
def test_the_order_of_rows_does_not_matter(way: Way):
    one, other = way(two_clubs()), way(shuffled(two_clubs()))
    assert one.ids.equals(other.ids)
    assert one.matrix.tobytes() == other.matrix.tobytes()


@pytest.mark.parametrize("way", WAYS)
def test_the_same_inputs_give_the_same_bytes(way: Way):
    assert way(two_clubs()).matrix.tobytes() == way(two_clubs()).matrix.tobytes()


@pytest.mark.parametrize("way", WAYS)
def test_inputs_stay_as_they_are(way: Way):
    world = worlds.two_clubs()
    way(world)
    frames = [name for name, value in vars(world).items() if isinstance(value, pd.DataFrame)]
    assert all(getattr(world, name).equals(getattr(two_clubs(), name)) for name in frames)


@pytest.mark.parametrize("way", [*CONTENT, *BOTH])
def test_an_untouched_item_is_placed_by_its_content(way: Way):
    items = way(newcomer())
    assert "heart5" in items.ids
    own = likeness(items, "heart5", ["heart1", "heart2", "heart3", "heart4"])
    assert own > likeness(items, "heart5", ["skin1", "skin2", "skin3", "skin4"])


@pytest.mark.parametrize("way", BEHAVIOUR)
def test_an_untouched_item_is_not_placed_by_behaviour(way: Way):
    assert "heart5" not in way(newcomer()).ids


@pytest.mark.parametrize("way", WAYS)
def test_users_pooled_among_the_items_lie_with_their_club(way: Way):
    items = way(two_clubs())
    users = pool_users(items, two_clubs().interactions, half_life_days=0)
    scores = pd.DataFrame(users.unit @ items.unit.T, users.ids, items.ids)
    hearts = scores.columns.str.startswith("heart")
    assert (scores.loc["h1", hearts].mean()) > scores.loc["h1", ~hearts].mean()
    assert (scores.loc["s1", ~hearts].mean()) > scores.loc["s1", hearts].mean()
