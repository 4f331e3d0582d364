"""Make the files of a small medical news service whose truth is known."""

import argparse
from pathlib import Path

import numpy as np
from newsroom import articles, behaviour, files, people


def generate(
    folder: Path, *, users: int = 300, days: int = 28, items: int = 600, seed: int = 7, compress: bool = False
) -> dict[str, int]:
    """Write the files of the service, and the truth behind them, into a folder; count their rows."""
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(8)]
    paper = articles.plan(items, days, streams[0])
    readers = people.gather(users, days, streams[1])
    views = behaviour.browse(readers, paper, days, streams[2])
    visits = behaviour.join([views, behaviour.scrape(readers, paper, days, streams[3])])
    log = files.events(readers, paper, visits, streams[4])
    queries = files.searches(readers, paper, views, streams[5])
    truth = folder / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    files.save_table(log, folder / "events.csv", compress=compress)
    files.save_lines(queries, folder / "searches.jsonl")
    files.save_table(files.answers(readers, days, streams[6]), folder / "answers.csv")
    files.save_lines(files.texts(paper, streams[7]), folder / "articles.jsonl")
    files.save_table(files.labels(paper, np.random.default_rng([seed, 1])), folder / "item_tags.csv")
    files.save_table(files.dictionary(), folder / "tags.csv")
    files.pairs(paper.ids, paper.fit, ("item_id", "fit"), 0.001).write_parquet(truth / "item_tags.parquet")
    files.pairs(readers.ids, readers.taste, ("user_id", "taste"), 0.0).write_parquet(truth / "user_tags.parquet")
    files.save_table(files.robots(readers), truth / "robots.csv")
    files.save_table(files.languages(readers), truth / "languages.csv")
    return {"events": len(log), "searches": len(queries), "articles": items, "users": users}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to write; made if it is not there")
    parser.add_argument("--users", type=int, default=300, help="readers, robots included")
    parser.add_argument("--days", type=int, default=28, help="length of the period")
    parser.add_argument("--items", type=int, default=600, help="articles")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same bytes")
    parser.add_argument("--compress", action="store_true", help="write events.csv.gz")
    given = vars(parser.parse_args())
    counted = generate(given.pop("folder"), **given)
    print(", ".join(f"{number} {name}" for name, number in counted.items()))


if __name__ == "__main__":
    main()
