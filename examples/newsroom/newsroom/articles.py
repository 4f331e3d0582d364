"""Articles about known topics, and the tags that editors gave them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from newsroom.vocabulary import FILLERS, LANGUAGES, SENTENCES, TAGS, TITLES, TOPICS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
JAPANESE_SHARE = 0.65
BACKLOG_SHARE = 0.3
BACKLOG_DAYS = 30
GIVEN_SHARE = 0.6
WRONG_SHARE = 0.04
SENTENCES_EACH = 8
FILLER_SHARE = 0.3


@dataclass(frozen=True)
class Articles:
    """Articles by time of publication; fit is (articles, tags) from 0 to 1, published the second from the start."""

    ids: npt.NDArray[np.str_]
    language: Integers
    published: Integers
    quality: Floats
    fit: Floats

    @property
    def main(self) -> Integers:
        """The tag that fits each article best."""
        return self.fit.argmax(axis=1)


def plan(count: int, days: int, rng: np.random.Generator) -> Articles:
    """Decide topics, language, time and attraction of the articles; some are older than the period."""
    rows = np.arange(count)
    share = 1 / (3 + np.arange(len(TAGS)))
    fit = np.zeros((count, len(TAGS)))
    for chance, low, high in ((0.3, 0.2, 0.5), (0.5, 0.3, 0.7), (1.0, 0.8, 1.0)):
        chosen = rows[rng.random(count) < chance]
        fit[chosen, rng.choice(len(TAGS), len(chosen), p=share / share.sum())] = rng.uniform(low, high, len(chosen))
    backlog = rng.random(count) < BACKLOG_SHARE
    day = np.where(backlog, -rng.integers(1, BACKLOG_DAYS + 1, count), rng.integers(0, days, count))
    published = np.sort(day * 86_400 + rng.integers(7 * 3600, 20 * 3600, count))
    return Articles(
        ids=np.array([f"n{number:05d}" for number in rows]),
        language=(rng.random(count) >= JAPANESE_SHARE).astype(np.int64),
        published=published,
        quality=rng.lognormal(0, 1, count),
        fit=fit.round(3),
    )


def write(articles: Articles, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Write a title and eight sentences each: five or six on the topics, by their fit, the others on nothing."""
    count = len(articles.ids)
    topical = articles.fit / articles.fit.sum(axis=1, keepdims=True)
    drawn = rng.random((count, SENTENCES_EACH, 1)) > topical.cumsum(axis=1)[:, None, :-1]
    topics = drawn.sum(axis=2)
    main = articles.main
    topics[:, 0] = main
    topics[rng.random(topics.shape) < FILLER_SHARE] = -1
    topics[:, 0] = main
    dice = rng.integers(0, 1 << 30, (count, SENTENCES_EACH + 1, 4))
    titles, bodies = [], []
    for row in range(count):
        language = LANGUAGES[articles.language[row]]
        titles.append(phrase(language, TITLES[language], int(main[row]), dice[row, -1].tolist()))
        sentences = [
            phrase(language, SENTENCES[language], topic, dice[row, place].tolist())
            for place, topic in enumerate(topics[row].tolist())
        ]
        bodies.append(("" if language == "ja" else " ").join(sentences))
    return titles, bodies


def phrase(language: str, templates: tuple[str, ...], topic: int, dice: list[int]) -> str:
    """Fill a template with the words of a topic; without one (-1) say something general."""
    if topic < 0:
        return FILLERS[language][dice[0] % len(FILLERS[language])]
    names, words = TOPICS[topic].spellings(language), TOPICS[topic].words[language]
    first = dice[2] % len(words)
    second = (first + 1 + dice[3] % (len(words) - 1)) % len(words)
    name = names[dice[1] % len(names)]
    text = templates[dice[0] % len(templates)].format(a=name, w=words[first], v=words[second])
    return text[0].upper() + text[1:]


def give_tags(articles: Articles, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Give about 60 % of the true tags as editors would, and a few wrong ones; rows of (article, tag)."""
    true = articles.fit > 0
    given = true & (rng.random(true.shape) < GIVEN_SHARE)
    wrong = rng.random(len(true)) < WRONG_SHARE
    given[np.flatnonzero(wrong), rng.integers(0, len(TAGS), int(wrong.sum()))] = True
    article, tag = np.nonzero(given)
    return article, tag
