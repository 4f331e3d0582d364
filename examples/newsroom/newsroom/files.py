"""The service's files, named and formatted as such files are: not as we would."""

import gzip
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from newsroom.articles import Articles, give_tags, write
from newsroom.behaviour import Views, match
from newsroom.people import People, answer
from newsroom.vocabulary import LANGUAGES, TAGS, TOPICS

Integers = npt.NDArray[np.int64]
START = pd.Timestamp("2024-04-01T00:00:00+09:00")
TWICE_SHARE = 0.015
LATE_SHARE = 0.02
OPENED = 0.6
EVEN = 0.5


def events(people: People, articles: Articles, views: Views, rng: np.random.Generator) -> pl.DataFrame:
    """Turn views into lines of the log: pv, related, like and clip, some lines twice, some late.

    uid, article, action, ts (milliseconds since 1970), dwell (seconds on the page, of a pv), ref (where a link stood).
    """
    liking = match(people, articles, views)
    dwell = np.round(10 + 120 * rng.random(len(liking)) * (0.3 + liking), 1)
    human = ~people.robot[views.person]
    empty = np.full(len(liking), np.nan)
    parts = [
        lines(people, articles, views, "pv", views.moment, np.where(human, dwell, 1.0)),
        lines(people, articles, views, "related", views.moment - 1500, empty, views.origin >= 0),
        lines(
            people,
            articles,
            views,
            "like",
            views.moment + 15_000,
            empty,
            human & (rng.random(len(liking)) < 0.02 + 0.25 * liking),
        ),
        lines(
            people,
            articles,
            views,
            "clip",
            views.moment + 18_000,
            empty,
            human & (rng.random(len(liking)) < 0.01 + 0.12 * liking),
        ),
    ]
    log = pl.concat(parts).sort("ts", "uid", "article", "action")
    twice = rng.random(len(log)) < TWICE_SHARE
    arrival = log["ts"].to_numpy() + np.where(
        rng.random(len(log)) < LATE_SHARE, rng.exponential(6 * 3_600_000, len(log)), 0
    )
    arrival = np.concatenate([arrival, arrival[twice] + 1])
    return pl.concat([log, log.filter(twice)])[np.argsort(arrival, kind="stable")]


def lines(
    people: People,
    articles: Articles,
    views: Views,
    action: str,
    at: Integers,
    dwell: npt.NDArray[np.float64],
    chosen: npt.NDArray[np.bool_] | None = None,
) -> pl.DataFrame:
    """Write the log lines of one action."""
    ref = np.concatenate([articles.ids, [""]])[views.origin if action == "related" else -np.ones_like(views.origin)]
    frame = pl.DataFrame(
        {
            "uid": people.ids[views.person],
            "article": articles.ids[views.article],
            "action": np.full(len(at), action),
            "ts": at + START.value // 1_000_000,
            "dwell": dwell,
            "ref": ref,
        }
    ).with_columns(pl.col("dwell").fill_nan(None), pl.col("ref").replace("", None))
    return frame if chosen is None else frame.filter(chosen)


def searches(people: People, articles: Articles, views: Views, rng: np.random.Generator) -> list[dict[str, str | None]]:
    """Turn views that began with a search into queries; of each five, two ended without opening anything."""
    rows = np.flatnonzero(views.searched >= 0)
    rows = rows[np.argsort(views.moment[rows], kind="stable")]
    dice = rng.integers(0, 1 << 30, (len(rows), 4))
    opened = rng.random(len(rows)) < OPENED
    found = []
    for row, dies, clicked in zip(rows.tolist(), dice.tolist(), opened.tolist(), strict=True):
        person = int(views.person[row])
        language = LANGUAGES[int(people.japanese[person] < EVEN)] if dies[0] % 10 else "en"
        topic = TOPICS[int(views.searched[row])]
        names = topic.spellings(language)
        words = [names[dies[1] % len(names)]]
        if dies[2] % 4 == 0:
            words.append(topic.words[language][dies[3] % len(topic.words[language])])
        query = " ".join(words)
        found.append(
            {
                "member": str(people.ids[person]),
                "q": query.upper() if dies[3] % 12 == 0 else query,
                "when": (START + pd.Timedelta(milliseconds=int(views.moment[row]) - 8000)).isoformat(
                    timespec="seconds"
                ),
                "opened": str(articles.ids[views.article[row]]) if clicked else None,
            }
        )
    return found


def answers(people: People, days: int, rng: np.random.Generator) -> pl.DataFrame:
    """Write the questionnaire: respondent, item (the question), choice (tags joined by |), degree, answered_on."""
    person, questions, choices, when = answer(people, days, rng)
    frame = pd.DataFrame(
        {
            "respondent": people.ids[person],
            "item": questions,
            "choice": choices,
            "degree": np.where(np.array(questions) == "interests", 1, -1),
            "answered_on": (START + pd.to_timedelta(when, unit="s")).strftime("%Y/%m/%d %H:%M"),
        }
    )
    return pl.from_pandas(frame.sort_values(["answered_on", "respondent", "item"]))


def texts(articles: Articles, rng: np.random.Generator) -> list[dict[str, str | int]]:
    """Write the articles: id, headline, body, lang, published (seconds since 1970)."""
    titles, bodies = write(articles, rng)
    published = (articles.published + START.value // 1_000_000_000).tolist()
    languages = [LANGUAGES[language] for language in articles.language]
    rows = zip(articles.ids.tolist(), titles, bodies, languages, published, strict=True)
    return [dict(zip(("id", "headline", "body", "lang", "published"), row, strict=True)) for row in rows]


def labels(articles: Articles, rng: np.random.Generator) -> pl.DataFrame:
    """Write the tags that editors gave: article, label, editor, given_at (an hour after publication, ISO in UTC)."""
    article, tag = give_tags(articles, rng)
    given = (START + pd.to_timedelta(articles.published[article] + 3600, unit="s")).tz_convert("UTC")
    editors = np.array(["sato", "suzuki", "jones"])[rng.integers(0, 3, len(article))]
    moments = given.strftime("%Y-%m-%dT%H:%M:%SZ")
    columns = {"article": articles.ids[article], "label": np.array(TAGS)[tag], "editor": editors, "given_at": moments}
    return pl.from_pandas(pd.DataFrame(columns))


def dictionary() -> pl.DataFrame:
    """Write the tags and their spellings in both languages: tag, alias; a tag's own name is one of them."""
    rows = []
    for topic in TOPICS:
        names = dict.fromkeys([topic.tag, *topic.japanese, *topic.english])
        rows += [(topic.tag, name) for name in names]
    return pl.DataFrame(rows, schema=["tag", "alias"], orient="row")


def pairs(
    ids: npt.NDArray[np.str_], values: npt.NDArray[np.float64], names: tuple[str, str], least: float
) -> pl.DataFrame:
    """Write a matrix of tags as a table of its values from the least one on."""
    row, tag = np.nonzero(values >= least)
    columns = {names[0]: ids[row], "tag": np.array(TAGS)[tag], names[1]: values[row, tag].round(6)}
    return pl.DataFrame(columns).sort(names[0], "tag")


def robots(people: People) -> pl.DataFrame:
    """Name the robots."""
    return pl.DataFrame({"user_id": people.ids[people.robot]}).sort("user_id")


def languages(people: People) -> pl.DataFrame:
    """Tell which share of what each reader reads is Japanese, whether or not he left a trace of it."""
    human = ~people.robot
    return pl.DataFrame({"user_id": people.ids[human], "japanese": people.japanese[human]}).sort("user_id")


def save_table(frame: pl.DataFrame, path: Path, *, compress: bool = False) -> None:
    """Write a table as CSV, gzipped if asked to; the same table gives the same bytes."""
    text = frame.write_csv().encode()
    if not compress:
        path.write_bytes(text)
        return
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(text, compresslevel=6, mtime=0))


def save_lines(rows: list[dict[str, str | int]] | list[dict[str, str | None]], path: Path) -> None:
    """Write one JSON object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
