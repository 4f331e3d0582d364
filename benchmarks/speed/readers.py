"""What the readers of a large news service do, a few hours at a time: sessions of articles, in plain arrays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from newsroom.articles import Articles
from newsroom.vocabulary import TAGS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY = 86_400_000  # milliseconds
HOURS = np.array([2, 1, 1, 1, 1, 2, 5, 8, 8, 6, 5, 5, 8, 6, 4, 4, 4, 5, 6, 7, 8, 8, 6, 3], dtype=np.float64)
LONGEST = 12
GOES_ON = 0.65
FRESH_DAYS = 3.0
EVERGREEN = 0.01
TASTEFUL = 0.8
FAVOURITE = 0.7
RELATED = 0.3
NEXT = 0.5
ANYTHING = len(TAGS)
LINES_A_SESSION = 3.0  # a little less than there are on average


@dataclass(frozen=True)
class Readers:
    """Readers with two topics each, others from the day of their drift on; all arrays have a place a reader.

    rate is the expected number of sessions relative to others, joined the day of the first possible one, japanese the
    share of sessions in that language.
    """

    before: Integers
    after: Integers
    drift: Integers
    japanese: Floats
    rate: Floats
    joined: Integers

    def topics(self, people: Integers, day: int) -> Integers:
        """Tell the two topics of some readers on a day; shape (people, 2)."""
        return np.where((self.drift[people] <= day)[:, None], self.after[people], self.before[people])


@dataclass(frozen=True)
class Visits:
    """Page views in columns, by sessions: who, what, when (ms from the start), after what (-1: nothing), wanted topic.

    first marks the view that a session begins with, own whether the article fits what the reader likes.
    """

    reader: Integers
    article: Integers
    moment: Integers
    origin: Integers
    topic: Integers
    japanese: Flags
    first: Flags
    own: Flags


def gather(count: int, days: int, rng: np.random.Generator) -> Readers:
    """Draw readers: few read most (a power law), one in seven drifts, one in five joins late."""
    popularity = 1 / (2.0 + np.arange(len(TAGS)))
    before, after = rng.choice(len(TAGS), (2, count, 2), p=popularity / popularity.sum())
    mostly = rng.choice([0.97, 0.04, 0.5], count, p=[0.7, 0.2, 0.1])
    return Readers(
        before=before,
        after=after,
        drift=np.where(rng.random(count) < 1 / 7, rng.integers(1, max(days, 2), count), days),
        japanese=mostly,
        rate=np.minimum(1 + rng.pareto(1.6, count), 40.0),
        joined=np.where(rng.random(count) < 1 / 5, rng.integers(0, days, count), 0),
    )


class Shelf:
    """Articles by language and topic, of which popular and fresh ones are drawn more often."""

    def __init__(self, articles: Articles, rng: np.random.Generator) -> None:
        """List every article under its topics and under anything, and lay down which one most people read after it."""
        article, topic = np.nonzero(articles.fit > 0)
        rows = articles.language[article] * (ANYTHING + 1) + topic
        anything = articles.language * (ANYTHING + 1) + ANYTHING
        rows, listed = np.concatenate([rows, anything]), np.concatenate([article, np.arange(len(anything))])
        fit = np.concatenate([articles.fit[article, topic], np.ones(len(anything))])
        order = np.argsort(rows, kind="stable")
        self._articles = articles
        self._listed, self._fit = listed[order], fit[order]
        self._starts = np.searchsorted(rows[order], np.arange(2 * (ANYTHING + 1) + 1))
        self.main = articles.main
        self.fits = articles.fit > 0
        groups = np.lexsort((rng.random(len(anything)), self.main, articles.language))
        self.next = np.empty(len(anything), dtype=np.int64)
        self.next[groups] = np.roll(groups, -1)

    def lay_out(self, moment: int) -> None:
        """Weigh what is out at a moment (milliseconds from the start)."""
        age = moment / DAY - self._articles.published / 86_400
        weight = self._articles.quality * np.where(age >= 0, np.exp(-age / FRESH_DAYS) + EVERGREEN, 0.0)
        self.out = age >= 0
        edges = np.concatenate([[0.0], np.cumsum(self._fit * weight[self._listed])])
        self._edges, self._low = edges[1:], edges[self._starts[:-1]]
        self._wide = edges[self._starts[1:]] - self._low

    def draw(self, japanese: Flags, topic: Integers, rng: np.random.Generator) -> Integers:
        """Draw an article for each pair of language and topic; where none is out, one of the language."""
        row = np.where(japanese, 0, ANYTHING + 1) + topic
        row = np.where(self._wide[row] > 0, row, np.where(japanese, ANYTHING, 2 * ANYTHING + 1))
        found = np.searchsorted(self._edges, self._low[row] + rng.random(len(row)) * self._wide[row], side="right")
        return self._listed[np.minimum(found, self._starts[row + 1] - 1)]


def browse(readers: Readers, shelf: Shelf, day: int, part: tuple[float, float], lines: int,
           rng: np.random.Generator) -> Visits:  # fmt: skip
    """Let readers read during a part of a day (shares of its readership), in sessions of about so many log lines."""
    sessions = int(lines / LINES_A_SESSION) + 10
    edges = np.cumsum(np.where(readers.joined <= day, readers.rate, 0.0))
    who = np.minimum(np.searchsorted(edges, rng.random(sessions) * edges[-1], side="right"), len(edges) - 1)
    length = -np.sort(-np.minimum(rng.geometric(1 - GOES_ON, sessions), LONGEST))
    gaps = rng.exponential(45_000, (sessions, LONGEST)).astype(np.int64) + 4_000
    gaps[:, 0] = 0
    offsets = gaps.cumsum(axis=1)
    start = np.interp(rng.uniform(*part, sessions), np.cumsum([0, *HOURS]) / HOURS.sum(), np.arange(25)) * DAY / 24
    start = day * DAY + np.minimum(start.astype(np.int64), DAY - 1 - offsets[np.arange(sessions), length - 1])
    japanese = rng.random(sessions) < readers.japanese[who]
    read = _read(readers.topics(who, day), japanese, length, shelf, rng)
    step, session = np.divmod(read["place"], sessions)
    return Visits(
        reader=who[session],
        moment=start[session] + offsets[session, step],
        japanese=japanese[session],
        first=step == 0,
        **{name: read[name] for name in ("article", "origin", "topic", "own")},
    )


def _read(
    topics: Integers, japanese: Flags, length: Integers, shelf: Shelf, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.generic]]:
    """Choose the articles of sessions, step by step; the longest sessions come first."""
    found: dict[str, list[npt.NDArray[np.generic]]] = {"place": [], "article": [], "origin": [], "topic": [], "own": []}
    before = np.full(len(length), -1)
    for step in range(LONGEST):
        some = int(np.searchsorted(-length, -step, side="left"))
        dice, last = rng.random((4, some)), before[:some]
        related = (dice[0] < RELATED) & (last >= 0)
        liked = np.where(dice[1] < FAVOURITE, topics[:some, 0], topics[:some, 1])
        topic = np.where(related, shelf.main[last], np.where(dice[2] < TASTEFUL, liked, ANYTHING))
        article = shelf.draw(japanese[:some], topic, rng)
        following = shelf.next[last]
        article = np.where(related & (dice[3] < NEXT) & shelf.out[following], following, article)
        own = shelf.fits[article, topics[:some, 0]] | shelf.fits[article, topics[:some, 1]]
        facts = (np.arange(some) + step * len(length), article, np.where(related, last, -1), topic, own)
        for name, values in zip(found, facts, strict=True):
            found[name].append(values)
        before = article
    return {name: np.concatenate(parts) for name, parts in found.items()}
