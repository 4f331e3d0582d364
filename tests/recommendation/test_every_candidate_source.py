"""What every source of candidates has to do; a new one is tested by a line in SOURCES."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation import nearest, proposing
from slipstream.tasks.recommendation.ease import ease_neighbours
from slipstream.tasks.recommendation.nearest import embedding_items
from slipstream.tasks.recommendation.neighbours import knn_neighbours, neighbour_items, transition_items
from slipstream.tasks.recommendation.popularity import fresh_items, popular_items, trending_items
from slipstream.tasks.recommendation.tag_items import tag_items
from slipstream.tasks.recommendation.transitions import transition_neighbours
from slipstream.tasks.tables import Candidate, ItemTagScore, UserTagScore, columns, empty
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding
from tests import worlds
from tests.worlds import World, joined, table

two_clubs, one_hit, newcomer, nothing = map(cache, (worlds.two_clubs, worlds.one_hit, worlds.newcomer, worlds.nothing))
Source = Callable[..., pd.DataFrame]
CLUBS = {"h": (1.0, 0.1), "s": (0.1, 1.0), "n": (1.0, 0.0), "u": (0.5, 0.6)}


def club_vectors(ids: pd.Series) -> np.ndarray:
    return np.array([CLUBS.get(one[0], (0.0, 0.0)) for one in ids], np.float32).reshape(-1, 2)


def popular(world: World, *, top: int) -> pd.DataFrame:
    return joined(popular_items(world.interactions, world.users, world.catalogue, top=top, source="s"))


def trending(world: World, *, top: int) -> pd.DataFrame:
    knobs = {"as_of": world.as_of, "half_life_hours": 6.0, "window_hours": 0.0}
    return joined(trending_items(world.interactions, world.users, world.catalogue, **knobs, top=top, source="s"))


def fresh(world: World, *, top: int) -> pd.DataFrame:
    tables = world.items, world.interactions, world.users, world.catalogue
    return joined(fresh_items(*tables, as_of=world.as_of, top=top, source="s"))


def near(neighbours: pd.DataFrame, world: World, *, top: int) -> pd.DataFrame:
    return joined(neighbour_items(neighbours, world.interactions, world.users, world.catalogue, top=top, source="s"))


def ease(world: World, *, top: int) -> pd.DataFrame:
    knobs = {"regularisation": 1.0, "dropout": 0.0, "tag_weight": 0.0, "max_items": 100, "top": 100}
    return near(ease_neighbours(world.interactions, empty(ItemTagScore), **knobs), world, top=top)


def edlae(world: World, *, top: int) -> pd.DataFrame:
    knobs = {"regularisation": 1.0, "dropout": 0.5, "tag_weight": 0.0, "max_items": 100, "top": 100}
    return near(ease_neighbours(world.interactions, empty(ItemTagScore), **knobs), world, top=top)


def cosine(world: World, *, top: int) -> pd.DataFrame:
    return near(knn_neighbours(world.interactions, method="cosine", top=100), world, top=top)


def tfidf(world: World, *, top: int) -> pd.DataFrame:
    return near(knn_neighbours(world.interactions, method="tfidf", top=100), world, top=top)


def bm25(world: World, *, top: int) -> pd.DataFrame:
    return near(knn_neighbours(world.interactions, method="bm25", top=100), world, top=top)


def transitions(world: World, *, top: int) -> pd.DataFrame:
    pairs = transition_neighbours(
        world.interactions, window=5, decay=0.8, power=0.3, half_life_hours=0, top=100, seed=0
    )
    tables = world.interactions, world.users, world.catalogue
    return joined(transition_items(pairs, *tables, recent=5, decay=0.8, top=top, source="s"))


def embedding(world: World, *, top: int) -> pd.DataFrame:
    users = UserEmbedding(world.users["user_id"], club_vectors(world.users["user_id"]))
    items = ItemEmbedding(world.catalogue["item_id"], club_vectors(world.catalogue["item_id"]))
    tables = world.interactions, world.users, world.catalogue
    return joined(embedding_items(users, items, *tables, cosine=False, top=top, source="s"))


def tags(world: World, *, top: int) -> pd.DataFrame:
    given = [
        (row.user_id, {"h": "heart", "n": "heart"}.get(row.user_id[0], "skin")) for row in world.users.itertuples()
    ]
    wanted = table(UserTagScore, [(user, tag, 1.0, "{}") for user, tag in given])
    offered = table(ItemTagScore, [(row.item_id, row.tag, 0.9, "{}") for row in world.item_tags.itertuples()])
    tables = world.interactions, world.users, world.catalogue
    return joined(tag_items(wanted, offered, *tables, evenness=0.5, popularity=0.5, top=top, source="s"))


ALIKE = [popular, trending, fresh]
PERSONAL = [ease, edlae, cosine, tfidf, bm25, transitions, embedding, tags]
DECLARED = [embedding, tags]
SOURCES = [*ALIKE, *PERSONAL]


def shuffled(world: World) -> World:
    tables = {name: value for name, value in vars(world).items() if isinstance(value, pd.DataFrame)}
    mixed = {name: frame.sample(frac=1, random_state=7).reset_index(drop=True) for name, frame in tables.items()}
    return World(**{**vars(world), **mixed})


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("make", [two_clubs, one_hit, newcomer, nothing])
def test_proposals_are_a_valid_ranked_table(source: Source, make: Callable[[], World]):
    world = make()
    found = source(world, top=3)
    Candidate.validate(found)
    assert list(found.columns) == columns(Candidate)
    assert found.equals(found.sort_values(["user_id", "rank"], ignore_index=True))
    assert found.equals(
        found.sort_values(["user_id", "score", "item_id"], ascending=[True, False, True], kind="stable")
    )
    ranks = found.groupby("user_id")["rank"].agg(list)
    assert all(rank == list(range(1, len(rank) + 1)) and len(rank) <= 3 for rank in ranks)
    assert set(found["source"]) <= {"s"}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("make", [two_clubs, one_hit, newcomer])
def test_only_untouched_items_of_the_catalogue_go_to_users_to_serve(source: Source, make: Callable[[], World]):
    world = make()
    narrow = World(**{**vars(world), "catalogue": world.catalogue.iloc[1:], "users": world.users.iloc[1:]})
    found = source(narrow, top=100)
    assert len(found)
    assert set(found["item_id"]) <= set(narrow.catalogue["item_id"])
    assert set(found["user_id"]) <= set(narrow.users["user_id"])
    touched = set(map(tuple, world.interactions[["user_id", "item_id"]].to_numpy()))
    assert not touched & set(map(tuple, found[["user_id", "item_id"]].to_numpy()))


@pytest.mark.parametrize("source", SOURCES)
def test_proposals_written_some_at_a_time_are_those_written_at_once(source: Source, monkeypatch: pytest.MonkeyPatch):
    whole = source(two_clubs(), top=3)
    for room in (nearest, proposing):
        monkeypatch.setattr(room, "ROWS", 4)
    monkeypatch.setattr(proposing, "blocks", lambda rows, _: (slice(row, row + 1) for row in range(rows)))
    assert source(two_clubs(), top=3).equals(whole)


@pytest.mark.parametrize("source", [source for source in PERSONAL if source is not transitions])
def test_the_missing_item_of_the_club_comes_first(source: Source):
    world = two_clubs()
    found = source(world, top=3)
    assert found[found["rank"] == 1].set_index("user_id")["item_id"].to_dict() == world.right


@pytest.mark.parametrize("source", DECLARED)
def test_a_declared_interest_is_enough(source: Source):
    found = source(newcomer(), top=100)
    hearts = {f"heart{number}" for number in range(1, 6)}
    assert set(found.loc[found["user_id"] == "new", "item_id"].head(5)) == hearts


@pytest.mark.parametrize("source", ALIKE)
def test_somebody_unknown_is_served_what_is_the_same_for_all(source: Source):
    assert "new" in set(source(newcomer(), top=3)["user_id"])


@pytest.mark.parametrize("source", [ease, edlae, cosine, tfidf, bm25, transitions])
def test_somebody_unknown_gets_nothing_from_sources_that_need_traces(source: Source):
    assert "new" not in set(source(newcomer(), top=3)["user_id"])


@pytest.mark.parametrize("source", SOURCES)
def test_the_order_of_rows_does_not_matter(source: Source):
    assert source(two_clubs(), top=3).equals(source(shuffled(two_clubs()), top=3))


@pytest.mark.parametrize("source", SOURCES)
def test_users_stand_in_order_so_that_they_can_be_gone_through_in_blocks(source: Source):
    assert source(shuffled(two_clubs()), top=3)["user_id"].is_monotonic_increasing


@pytest.mark.parametrize("source", SOURCES)
def test_inputs_stay_as_they_are(source: Source):
    world, same = worlds.two_clubs(), two_clubs()
    source(world, top=3)
    frames = [name for name, value in vars(world).items() if isinstance(value, pd.DataFrame)]
    assert all(getattr(world, name).equals(getattr(same, name)) for name in frames)


@pytest.mark.parametrize("source", SOURCES)
def test_nothing_comes_of_nothing(source: Source):
    assert len(source(nothing(), top=3)) == 0
