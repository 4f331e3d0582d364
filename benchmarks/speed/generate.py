"""Make the log of a large news service: Parquet files by day, of any number of events, in bounded memory.

The files have the columns of the newsroom's (examples/newsroom), the log and the searches one file a day of Tokyo.
"""

import argparse
import math
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "examples/newsroom")]
from newsroom import articles, files, vocabulary  # noqa: E402
from readers import ANYTHING, DAY, Integers, Readers, Shelf, Visits, browse, gather  # noqa: E402

START = files.START.value // 1_000_000
FIRST = np.datetime64(files.START.date(), "D")
BLOCK = 1_000_000
PARTS_A_DAY = 4
LINES_A_READER = 66
TWICE = 0.015
SEARCHED = 0.15
OPENED = 0.6
ROBOT_LINES = 1200
ANSWERING = 0.2
KINDS = ("pv", "related", "like", "clip")
EVENT = pa.schema([("uid", pa.string()), ("article", pa.string()), ("action", pa.string()), ("ts", pa.int64()),
                   ("dwell", pa.float64()), ("ref", pa.string())])  # fmt: skip
SEARCH = pa.schema([("member", pa.string()), ("q", pa.string()), ("when", pa.timestamp("ms", "UTC")),
                    ("opened", pa.string())])  # fmt: skip


@dataclass(frozen=True)
class Names:
    """The ids that positions stand for."""

    readers: pa.Array
    articles: pa.Array

    def reader(self, positions: Integers) -> pa.Array:
        """Name readers."""
        return self.readers.take(pa.array(positions))

    def article(self, positions: Integers) -> pa.Array:
        """Name articles; a negative position names none."""
        return self.articles.take(pa.array(positions, mask=positions < 0))


@dataclass(frozen=True)
class Town:
    """Everything that stands before the first event; the last `robots` readers are no people."""

    paper: articles.Articles
    readers: Readers
    names: Names
    robots: int
    days: int

    def robots_of(self, day: int) -> Integers:
        """List the robots that come on a day, by number."""
        return np.arange(len(self.readers.rate) - self.robots + day % self.days, len(self.readers.rate), self.days)


def build(events: int, days: int, seed: int) -> Town:
    """Draw articles and readers for a log of so many events; both grow with it, articles more slowly."""
    rng = np.random.default_rng([seed, 0])
    people = max(events // LINES_A_READER, 20)
    paper = articles.plan(max(int(3000 * math.sqrt(events / 1e6)), 50), days, rng)
    paper = replace(paper, quality=1 + rng.pareto(1.1, len(paper.ids)))
    readers = gather(people, days, rng)
    robots = min(3 + people // 20_000, people // 10)
    readers.rate[people - robots :] = 0
    spelt = np.char.add("m", np.char.zfill(rng.permutation(people).astype(str), 7))
    return Town(paper, readers, Names(pa.array(spelt), pa.array(paper.ids)), robots, days)


def generate(folder: Path, *, events: int, days: int = 28, seed: int = 7) -> dict[str, int]:
    """Write the files of the service and the truth behind them into a folder; count their rows."""
    town = build(events, days, seed)
    shelf = Shelf(town.paper, np.random.default_rng([seed, 1]))
    for name in ("events", "searches", "truth"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    counts = {"events": 0, "searches": 0, "articles": len(town.paper.ids), "readers": len(town.readers.rate)}
    for day in range(days):
        name = f"{FIRST + day}.parquet"
        quota = events * (day + 1) // days - events * day // days
        with _writer(folder / "events" / name, EVENT) as log, _writer(folder / "searches" / name, SEARCH) as searched:
            for traces, searches in blocks(town, shelf, day, quota, seed):
                log.write_table(traces)
                searched.write_table(searches)
                counts["events"] += len(traces)
                counts["searches"] += len(searches)
    _write_rest(folder, town, seed)
    return counts


def blocks(town: Town, shelf: Shelf, day: int, quota: int, seed: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield the log lines and the searches of a day, part by part, `quota` lines in all."""
    parts = max(PARTS_A_DAY, math.ceil(quota / BLOCK))
    edges = np.linspace(0, 1, parts + 1)
    for part in range(parts):
        rng = np.random.default_rng([seed, 2, day, part])
        lines = quota * (part + 1) // parts - quota * part // parts
        shelf.lay_out(int((day + edges[part]) * DAY))
        visits = browse(town.readers, shelf, day, (edges[part], edges[part + 1]), lines, rng)
        robots = scrape(town, shelf, day, rng)[:, : None if part == parts // 2 else 0]
        yield log_lines(town, drawn(act(visits, rng), robots, lines, rng)), queries(town, visits, rng)


def scrape(town: Town, shelf: Shelf, day: int, rng: np.random.Generator) -> Integers:
    """Let the robots of a day fetch what is out, an article a second."""
    out = np.flatnonzero(shelf.out)
    count = min(ROBOT_LINES, len(out))
    robots = np.repeat(town.robots_of(day), count)
    fetched = rng.permuted(np.tile(out, (len(town.robots_of(day)), 1)), axis=1)[:, :count].ravel()
    moments = day * DAY + DAY // 2 + np.arange(len(robots)) % max(count, 1) * 1000 + rng.integers(0, 900, len(robots))
    return facts(robots, fetched, "pv", moments, np.full(len(robots), 1))


def act(visits: Visits, rng: np.random.Generator) -> Integers:
    """Turn visits into what the log tells of them: views, and what was liked or kept after some."""
    count = len(visits.reader)
    dwell = np.minimum(rng.lognormal(3.4 + 0.5 * visits.own, 0.9, count), 1800).astype(np.int64)
    viewed = facts(visits.reader, visits.article, "pv", visits.moment, dwell, visits.origin)
    viewed[2, visits.origin >= 0] = KINDS.index("related")
    midnight = (visits.moment // DAY + 1) * DAY - 1
    done = [viewed]
    for kind, plain, fitting, later in (("like", 0.02, 0.16, 15_000), ("clip", 0.01, 0.08, 18_000)):
        some = rng.random(count) < np.where(visits.own, fitting, plain)
        moment = np.minimum(visits.moment + later, midnight)
        done.append(facts(visits.reader[some], visits.article[some], kind, moment[some]))
    return np.concatenate(done, axis=1)


def facts(
    reader: Integers, article: Integers, kind: str, moment: Integers, dwell: Integers | int = -1,
    origin: Integers | int = -1,
) -> Integers:  # fmt: skip
    """Stack what log lines tell, in rows: reader, article, kind, moment, seconds, origin; -1 stands for nothing."""
    return np.stack(np.broadcast_arrays(reader, article, KINDS.index(kind), moment, dwell, origin)).astype(np.int64)


def drawn(done: Integers, robots: Integers, lines: int, rng: np.random.Generator) -> Integers:
    """Keep exactly so many lines by time: those of robots, of people whom there is room for, and some of them twice."""
    robots = robots[:, :lines]
    room = lines - robots.shape[1]
    people = rng.permutation(done.shape[1])[: room - int(TWICE * room)]
    again = people[: room - len(people)]
    kept = np.concatenate([robots, done[:, people], done[:, again]], axis=1)
    return kept[:, np.argsort(kept[3] % DAY << 32 | kept[0] << 2 | kept[2], kind="stable")]


def log_lines(town: Town, kept: Integers) -> pa.Table:
    """Write what was done as lines of the log."""
    reader, article, kind, moment, dwell, origin = kept
    columns = [
        town.names.reader(reader),
        town.names.article(article),
        pa.array(KINDS).take(pa.array(kind)),
        pa.array(moment + START),
        pa.array(dwell.astype(np.float64), mask=dwell < 0),
        town.names.article(origin),
    ]
    return pa.Table.from_arrays(columns, schema=EVENT)


def queries(town: Town, visits: Visits, rng: np.random.Generator) -> pa.Table:
    """Write what some sessions began with as queries for a spelling of the topic, most of which opened the article."""
    some = np.flatnonzero(visits.first & (visits.topic < ANYTHING))
    some = some[rng.random(len(some)) < SEARCHED]
    some = some[np.argsort(visits.moment[some], kind="stable")]
    spellings, ends = _spellings()
    group = visits.topic[some] * 2 + ~visits.japanese[some]
    begins = np.concatenate([[0], ends[:-1]])
    choice = begins[group] + (rng.random(len(some)) * (ends - begins)[group]).astype(np.int64)
    opened = np.where(rng.random(len(some)) < OPENED, visits.article[some], -1)
    columns = [
        town.names.reader(visits.reader[some]),
        spellings.take(pa.array(choice)),
        pa.array(visits.moment[some] - 8000 + START).cast(pa.timestamp("ms", "UTC")),
        town.names.article(opened),
    ]
    return pa.Table.from_arrays(columns, schema=SEARCH)


def _spellings() -> tuple[pa.Array, Integers]:
    """List what topics are called, by topic and language, and where each group ends."""
    groups = [topic.spellings(language) for topic in vocabulary.TOPICS for language in vocabulary.LANGUAGES]
    return pa.array([name for group in groups for name in group]), np.cumsum([len(group) for group in groups])


def _write_rest(folder: Path, town: Town, seed: int) -> None:
    """Write articles, tags, answers and the truth."""
    rng = np.random.default_rng([seed, 3])
    pl.DataFrame(files.texts(town.paper, rng)).write_parquet(folder / "articles.parquet")
    files.labels(town.paper, rng).write_parquet(folder / "item_tags.parquet")
    files.dictionary().write_parquet(folder / "tags.parquet")
    people = np.arange(len(town.readers.rate))
    some = np.flatnonzero(rng.random(len(people)) < ANSWERING)
    day = rng.integers(town.readers.joined[some], town.days)
    tags, names = np.array(vocabulary.TAGS), pl.Series(town.names.readers)
    dates = np.array([f"{FIRST + one} 09:00".replace("-", "/") for one in range(town.days)])
    answers = {"respondent": names.gather(some), "item": "interests", "degree": 1,
               "choice": tags[town.readers.topics(some, 0)[:, 0]], "answered_on": dates[day]}  # fmt: skip
    pl.DataFrame(answers).write_parquet(folder / "answers.parquet")
    truth = {"user_id": names, "before": tags[town.readers.before[:, 0]], "after": tags[town.readers.after[:, 0]],
             "drift_day": town.readers.drift, "japanese": town.readers.japanese,
             "robot": people >= len(people) - town.robots}  # fmt: skip
    pl.DataFrame(truth).write_parquet(folder / "truth/readers.parquet")


def _writer(path: Path, schema: pa.Schema) -> pyarrow.parquet.ParquetWriter:
    texts = [field.name for field in schema if field.type == pa.string()]
    return pyarrow.parquet.ParquetWriter(path, schema, compression="zstd", compression_level=1, use_dictionary=texts)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to write; made if it is not there")
    parser.add_argument("--events", type=float, default=1e6, help="lines of the log, like 30e6")
    parser.add_argument("--days", type=int, default=28, help="length of the period")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same bytes")
    given = parser.parse_args()
    began = time.perf_counter()
    counted = generate(given.folder, events=int(given.events), days=given.days, seed=given.seed)
    print(", ".join(f"{number:,} {name}" for name, number in counted.items()), end="")
    print(f" in {time.perf_counter() - began:.1f} s, at most {_peak() / 1e6:,.0f} MB")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
