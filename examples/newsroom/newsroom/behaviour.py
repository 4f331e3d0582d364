"""What the readers and the robots do."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from newsroom.articles import Articles
from newsroom.people import People
from newsroom.vocabulary import TAGS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
STEP = 6 * 3600
LONGEST = 12
FRESH_DAYS = 4.0
EVERGREEN = 0.02
TASTEFUL = 0.8
RELATED = 0.25
SEARCHED = 0.15
AGAIN = 0.1
ANYTHING = len(TAGS)
HOURS = np.array([1, 1, 1, 1, 1, 2, 4, 7, 8, 6, 5, 5, 8, 6, 4, 4, 4, 5, 6, 7, 8, 8, 6, 3], dtype=np.float64)


@dataclass(frozen=True)
class Views:
    """Page views in columns: who, what, when (milliseconds from the start), how it came about.

    origin is the article a related link stood on, -1 without; searched is the tag looked for before, -1 without;
    session numbers the visits.
    """

    person: Integers
    article: Integers
    moment: Integers
    origin: Integers
    searched: Integers
    session: Integers

    def take(self, rows: npt.NDArray[np.bool_] | Integers) -> "Views":
        """Keep some rows."""
        return Views(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def join(parts: list[Views]) -> Views:
    """Put views together."""
    names = [field.name for field in fields(Views)]
    nothing = np.empty(0, dtype=np.int64)
    return Views(**{name: np.concatenate([nothing, *(getattr(part, name) for part in parts)]) for name in names})


class Shelf:
    """The articles that are out at one time; those that attract and fresh ones are drawn more often."""

    def __init__(self, articles: Articles, second: int) -> None:
        """Weigh every article in every (language, tag); the row after the tags weighs all articles of the language."""
        age = (second - articles.published) / 86_400
        weight = articles.quality * np.where(age >= 0, np.exp(-age / FRESH_DAYS) + EVERGREEN, 0.0)
        shown = np.vstack([articles.fit.T, articles.fit.sum(axis=1)]) * weight
        rows = np.vstack([shown * (articles.language == language) for language in (0, 1)])
        whole = rows.sum(axis=1, keepdims=True)
        bare = whole[:, 0] == 0
        rows[bare] = weight
        self.width = rows.shape[1]
        self.edges = (rows.cumsum(axis=1) / rows.sum(axis=1, keepdims=True) + np.arange(len(rows))[:, None]).ravel()

    def draw(self, language: Integers, tag: Integers, rng: np.random.Generator) -> Integers:
        """Draw an article for each pair of language and tag."""
        row = language * (ANYTHING + 1) + tag
        found = np.searchsorted(self.edges, row + rng.random(len(row)), side="right")
        return np.clip(found - row * self.width, 0, self.width - 1)


def browse(people: People, articles: Articles, days: int, rng: np.random.Generator) -> Views:
    """Let everybody read, visit by visit, for the whole period."""
    visits = rng.poisson(people.sessions * days)
    person = np.repeat(np.arange(len(visits)), visits)
    hour = rng.choice(24, len(person), p=HOURS / HOURS.sum())
    start = rng.integers(0, days, len(person)) * 86_400 + hour * 3600 + rng.integers(0, 3600, len(person))
    awake = start >= people.joined[person]
    order = np.argsort(start[awake], kind="stable")
    person, start = person[awake][order], start[awake][order]
    known = np.zeros((len(visits), len(articles.ids)), dtype=bool)
    parts = []
    for second in range(0, days * 86_400, STEP):
        low, high = np.searchsorted(start, [second, second + STEP])
        if high > low:
            shelf = Shelf(articles, second)
            parts.append(visit(person[low:high], start[low:high], people, articles, shelf, known, rng))
            parts[-1] = Views(**{**vars(parts[-1]), "session": parts[-1].session + low})
    views = join(parts)
    return views.take(views.moment < days * 86_400_000)


def visit(
    person: Integers,
    start: Integers,
    people: People,
    articles: Articles,
    shelf: Shelf,
    known: npt.NDArray[np.bool_],
    rng: np.random.Generator,
) -> Views:
    """Follow some visits view by view: to something to one's taste, to something popular, or on to something related.

    known marks what each person has read and is written to; what is known is rarely read again.
    """
    session = np.arange(len(person))
    length = np.minimum(rng.geometric(0.35, len(person)), LONGEST)
    tastes = people.tastes_at(person, int(start[0])).cumsum(axis=1)
    searched = np.where(rng.random(len(person)) < SEARCHED, pick(tastes, rng), -1)
    at = start * 1000 + rng.integers(0, 1000, len(person))
    before = np.full(len(person), -1)
    parts = []
    while len(session):
        related = (before >= 0) & (rng.random(len(session)) < RELATED)
        tag = np.where(rng.random(len(session)) < TASTEFUL, pick(tastes[session], rng), ANYTHING)
        tag = np.where(related, articles.main[before], tag)
        tag = np.where((before < 0) & (searched[session] >= 0), searched[session], tag)
        language = np.where(
            related, articles.language[before], rng.random(len(session)) >= people.japanese[person[session]]
        )
        article = shelf.draw(language, tag, rng)
        for _ in range(3):
            again = np.flatnonzero(known[person[session], article])
            article[again] = shelf.draw(language[again], tag[again], rng)
        kept = ~known[person[session], article] | (rng.random(len(session)) < AGAIN)
        known[person[session][kept], article[kept]] = True
        first = np.where(before < 0, searched[session], -1)
        origin = np.where(related, before, -1)
        parts.append(Views(person[session], article, at, origin, first, session).take(kept))
        length = length - 1
        going = (length > 0) & kept
        at = (at + 20_000 + rng.exponential(90_000, len(session)).astype(np.int64))[going]
        session, length, before = session[going], length[going], article[going]
    return join(parts)


def pick(cumulated: Floats, rng: np.random.Generator) -> Integers:
    """Draw a tag from each row of cumulated shares."""
    drawn = (rng.random((len(cumulated), 1)) > cumulated).sum(axis=1)
    return np.minimum(drawn, cumulated.shape[1] - 1)


def scrape(people: People, articles: Articles, days: int, rng: np.random.Generator) -> Views:
    """Let each robot fetch everything that is out, in a row, about one article a second, on two days."""
    parts = []
    for robot in np.flatnonzero(people.robot):
        for second in rng.integers(days * 86_400 // 2, days * 86_400 - 7200, 2):
            article = rng.permutation(np.flatnonzero(articles.published <= second))
            at = second * 1000 + rng.integers(400, 1600, len(article)).cumsum()
            nothing = np.full(len(article), -1)
            parts.append(Views(np.full(len(article), robot), article, at, nothing, nothing, nothing))
    return join(parts)


def match(people: People, articles: Articles, views: Views) -> Floats:
    """Tell how much each article is to its reader's taste, from 0 to 1."""
    score = np.empty(len(views.moment))
    for start in range(0, len(score), 100_000):
        part = slice(start, start + 100_000)
        early = people.drift[views.person[part]] > views.moment[part] // 1000
        taste = np.where(early[:, None], people.before[views.person[part]], people.taste[views.person[part]])
        score[part] = np.einsum("ij,ij->i", taste, articles.fit[views.article[part]])
    return np.minimum(score, 1.0)
