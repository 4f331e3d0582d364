"""Make the files of the newsroom and, beside them, the log of the push notifications it sent."""

import argparse
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "newsroom"))

from generate import generate
from newsroom import articles, behaviour, people
from newsroom.files import START, save_table

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
HOURS = (8, 12, 19)
SENT_SHARE = 0.7
LATEST_DAYS = 10
BROKEN_SHARE = 0.001


def send(
    readers: people.People, paper: articles.Articles, days: int, rng: np.random.Generator
) -> tuple[Integers, Integers, Integers]:
    """Send who, which article, at which second: up to three a day, drawn from the latest articles by attraction."""
    sent = []
    for day in range(days):
        for hour in HOURS:
            second = day * 86_400 + hour * 3600
            age = second - paper.published
            shelf = np.flatnonzero((age > 0) & (age < LATEST_DAYS * 86_400))
            here = np.flatnonzero(~readers.robot & (readers.joined <= second))
            here = here[rng.random(len(here)) < SENT_SHARE]
            chance = paper.quality[shelf] / paper.quality[shelf].sum()
            sent.append((here, rng.choice(shelf, len(here), p=chance), second + rng.integers(0, 600, len(here))))
    person, article, at = (np.concatenate(part) for part in zip(*sent, strict=True))
    return person, article, at


def opening(
    readers: people.People,
    paper: articles.Articles,
    sent: tuple[Integers, Integers, Integers],
    rng: np.random.Generator,
) -> Floats:
    """Tell how likely each push is opened: by taste, language, habit, hour, attraction and age of the article."""
    person, article, at = sent
    habit = rng.normal(0, 0.8, len(readers.ids))
    favourite = np.array(HOURS)[rng.integers(0, len(HOURS), len(readers.ids))]
    nothing = np.full(len(person), -1)
    taste = behaviour.match(readers, paper, behaviour.Views(person, article, at * 1000, nothing, nothing, nothing))
    japanese = readers.japanese[person]
    language = np.where(paper.language[article] == 0, japanese, 1 - japanese)
    logit = -3.8 + habit[person] + 6.0 * taste + 1.5 * language + 0.8 * (favourite[person] == at // 3600 % 24)
    logit += 0.3 * np.log(paper.quality[article]) - 0.05 * (at - paper.published[article]) / 86_400
    return np.asarray(1 / (1 + np.exp(-logit)), dtype=np.float64)


def pushes(*, users: int, days: int, items: int, seed: int) -> pl.DataFrame:
    """Write the log of the pushes: member, article, sent_at (ISO, +09:00), result (opened, ignored), a few illegible.

    The readers and articles are those of the newsroom's own files of the same seed.
    """
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(8)]
    paper, readers = articles.plan(items, days, streams[0]), people.gather(users, days, streams[1])
    rng = np.random.default_rng([seed, 2])
    sent = send(readers, paper, days, rng)
    opened = rng.random(len(sent[0])) < opening(readers, paper, sent, rng)
    broken = rng.random(len(opened)) < BROKEN_SHARE
    at = START.value // 1_000_000_000 + sent[2]
    moment = pl.from_epoch(pl.Series("sent_at", at), time_unit="s").dt.convert_time_zone("Asia/Tokyo")
    return pl.DataFrame(
        {
            "member": readers.ids[sent[0]],
            "article": paper.ids[sent[1]],
            "sent_at": moment.dt.strftime("%Y-%m-%dT%H:%M:%S%:z"),
            "result": np.where(broken, "?", np.where(opened, "opened", "ignored")),
        }
    )


def write(folder: Path, *, users: int, days: int, items: int, seed: int) -> dict[str, int]:
    """Write all files of the service into a folder; count their rows."""
    counted = generate(folder, users=users, days=days, items=items, seed=seed)
    log = pushes(users=users, days=days, items=items, seed=seed)
    save_table(log, folder / "pushes.csv")
    return {**counted, "pushes": len(log)}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to write; made if it is not there")
    parser.add_argument("--users", type=int, default=500, help="readers, robots included")
    parser.add_argument("--days", type=int, default=28, help="length of the period")
    parser.add_argument("--items", type=int, default=600, help="articles")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same bytes")
    given = vars(parser.parse_args())
    counted = write(given.pop("folder"), **given)
    print(", ".join(f"{number} {name}" for name, number in counted.items()))


if __name__ == "__main__":
    main()
