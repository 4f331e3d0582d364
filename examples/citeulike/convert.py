"""Write the files of citeulike-t, which hold one list a line, as tables that a pipeline reads."""

import argparse
import csv
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path


def read_lists(path: Path) -> Iterator[list[str]]:
    """Read a file of lists: each line is a count and so many values."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        count, *values = line.split()
        if int(count) != len(values):
            raise ValueError(f"{path}, line {number}: {len(values)} values where {count} are announced; fetch it again")
        yield values


def find_events(folder: Path) -> Iterator[Sequence[str]]:
    """List who keeps which article; users and articles are numbered from 0 in the order of their lines."""
    for user, articles in enumerate(read_lists(folder / "users.dat")):
        yield from ((str(user), article) for article in articles)


def find_tags(folder: Path) -> Iterator[Sequence[str]]:
    """List which article carries which tag; the lines of both files stand for the same tags."""
    names = (folder / "tags.dat").read_text(encoding="utf-8").splitlines()
    for tag, articles in zip(names, read_lists(folder / "tag-item.dat"), strict=True):
        yield from ((article, tag) for article in articles)


def find_texts(folder: Path) -> Iterator[Sequence[str]]:
    """Spell out the bag of words of each article, a word as often as it is counted."""
    words = (folder / "vocabulary.dat").read_text(encoding="utf-8").splitlines()
    for article, bag in enumerate(read_lists(folder / "mult.dat")):
        counted = (pair.split(":") for pair in bag)
        spelt = itertools.chain.from_iterable([words[int(word)]] * int(count) for word, count in counted)
        yield str(article), " ".join(spelt)


def convert(source: Path, folder: Path) -> dict[str, int]:
    """Write events.csv, items.csv and item_tags.csv; count their rows."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "events": save(folder / "events.csv", ("user_id", "item_id"), find_events(source)),
        "items": save(folder / "items.csv", ("item_id", "text"), find_texts(source)),
        "item_tags": save(folder / "item_tags.csv", ("item_id", "tag"), find_tags(source)),
    }


def save(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a table and count its rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
            writer.writerow(row)
    return count


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="the folder of citeulike-t with its .dat files")
    parser.add_argument("folder", type=Path, help="where to write; made if it is not there")
    given = parser.parse_args()
    counted = convert(given.source, given.folder)
    print(", ".join(f"{number} {name}" for name, number in counted.items()))


if __name__ == "__main__":
    main()
