"""Small worlds whose right answers are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from slipstream.tasks.tables import (
    Answer,
    CatalogueItem,
    Event,
    Interaction,
    Item,
    ItemTag,
    Row,
    Search,
    Tag,
    User,
    columns,
    empty,
)

START = pd.Timestamp("2024-01-01T00:00:00Z")
AS_OF = pd.Timestamp("2024-02-01T00:00:00Z")
WORDS = {
    "heart": ("心臓", "The heart pumps blood through the arteries.", "A cardiologist reads the pulse and the valves."),
    "skin": ("皮膚", "The skin keeps water in and germs out.", "A dermatologist looks at the rash and the mole."),
}


@dataclass(frozen=True)
class World:
    """The tables of a small world, and the item that is right for each user."""

    events: pd.DataFrame
    searches: pd.DataFrame
    answers: pd.DataFrame
    items: pd.DataFrame
    item_tags: pd.DataFrame
    tags: pd.DataFrame
    interactions: pd.DataFrame
    users: pd.DataFrame
    catalogue: pd.DataFrame
    as_of: pd.Timestamp = AS_OF
    right: dict[str, str] = field(default_factory=dict)


def table(row: type[Row], rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    """Make a table of literal rows, in the declared order of columns and with the declared types."""
    return row.validate(pd.DataFrame(list(rows), columns=columns(row))) if rows else empty(row)


def joined(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True)


def moment(hour: float) -> pd.Timestamp:
    """Tell the time so many hours after the start."""
    return START + pd.Timedelta(hours=hour)


def article(item_id: str, club: str, hour: float = 0) -> tuple[str, str, str, str, pd.Timestamp]:
    """Write an article of a club."""
    _, first, second = WORDS[club]
    return item_id, f"{club.title()} news {item_id[-1]}", f"{first} {second}", "en", moment(hour)


def build(
    events: Sequence[tuple[str, str, str, pd.Timestamp]],
    items: Sequence[tuple[str, str, str, str, pd.Timestamp]],
    item_tags: Sequence[tuple[str, str]],
    *,
    searches: Sequence[tuple[str, str, pd.Timestamp, str | None]] = (),
    answers: Sequence[tuple[str, str, str, float, pd.Timestamp]] = (),
    right: dict[str, str] | None = None,
) -> World:
    """Make a world: a like weighs 2, a view 1, every item is in the catalogue and everybody is served."""
    likes = {"like": (2.0, "medium"), "view": (1.0, "weak")}
    users = sorted({row[0] for row in (*events, *searches, *answers)})
    return World(
        events=table(Event, [(*row, None) for row in events]),
        searches=table(Search, searches),
        answers=table(Answer, answers),
        items=table(Item, items),
        item_tags=table(ItemTag, [(item, tag, 1.0, None, None) for item, tag in item_tags]),
        tags=table(Tag, [(tag, alias) for tag, words in WORDS.items() for alias in (tag, words[0])]),
        interactions=table(Interaction, [(user, item, *likes[kind], kind, at) for user, item, kind, at in events]),
        users=table(User, [(user,) for user in users]),
        catalogue=table(CatalogueItem, [(row[0],) for row in items]),
        right=right or {},
    )


def club_events() -> list[tuple[str, str, str, pd.Timestamp]]:
    """User n of a club likes its items 1 to 4, but not number n."""
    pairs = [(f"{club[0]}{user}", f"{club}{item}") for club in WORDS for user in (1, 2, 3) for item in (1, 2, 3, 4)]
    touched = [(user, item) for user, item in pairs if user[-1] != item[-1]]
    return [(user, item, "like", moment(hour)) for hour, (user, item) in enumerate(touched)]


def club_items() -> list[tuple[str, str, str, str, pd.Timestamp]]:
    """Write four articles a club."""
    return [article(f"{club}{number}", club) for club in WORDS for number in (1, 2, 3, 4)]


def two_clubs() -> World:
    """Users h1, h2, h3 like heart1 to heart4 and s1, s2, s3 like skin1 to skin4, each all but one: the right answer."""
    items = club_items()
    return build(
        club_events(),
        items,
        [(row[0], row[0][:-1]) for row in items],
        searches=[("h1", "heart", moment(30), "heart2"), ("s1", "皮膚", moment(31), None)],
        answers=[("h2", "interests", "heart", 1.0, moment(32)), ("s2", "interests", "skin", 1.0, moment(33))],
        right={f"{club[0]}{number}": f"{club}{number}" for club in WORDS for number in (1, 2, 3)},
    )


def one_hit() -> World:
    """Everybody likes heart1; of six users each two also share one niche item, and nothing else."""
    niches = {"u1": "heart2", "u2": "heart2", "u3": "skin1", "u4": "skin1", "u5": "skin2", "u6": "skin2"}
    hits = [(user, "heart1", "like", moment(hour)) for hour, user in enumerate(niches)]
    shared = [(user, item, "like", moment(10 + hour)) for hour, (user, item) in enumerate(niches.items())]
    items = [article(item, item[:-1]) for item in ("heart1", "heart2", "skin1", "skin2")]
    return build([*hits, *shared], items, [(row[0], row[0][:-1]) for row in items])


def newcomer() -> World:
    """The two clubs, a user `new` who only declared an interest in hearts, and an untouched article `heart5`."""
    items = [*club_items(), article("heart5", "heart", 40)]
    return build(
        club_events(),
        items,
        [(row[0], row[0][:-1]) for row in items],
        answers=[("new", "interests", "heart", 1.0, moment(41))],
        right={"new": "heart5"},
    )


def robot() -> World:
    """The two clubs and a `scraper` who views all eight articles twice within a minute."""
    items = club_items()
    visits = [
        ("scraper", row[0], "view", moment(50) + pd.Timedelta(seconds=3 * number))
        for number, row in enumerate([*items, *items])
    ]
    return build(
        [*club_events(), *visits],
        items,
        [(row[0], row[0][:-1]) for row in items],
        right=two_clubs().right,
    )


def nothing() -> World:
    """Zero rows of every table."""
    return World(
        events=empty(Event),
        searches=empty(Search),
        answers=empty(Answer),
        items=empty(Item),
        item_tags=empty(ItemTag),
        tags=empty(Tag),
        interactions=empty(Interaction),
        users=empty(User),
        catalogue=empty(CatalogueItem),
    )
