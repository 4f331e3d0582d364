"""Make the impressions of a small site whose truth is known: position p of a list is looked at with probability 1/p."""

import argparse
import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

ITEMS = 40
PLACES = 6
NOISE = 0.5
START = datetime(2024, 1, 1, tzinfo=UTC)
FIELDS = ("visitor", "article", "slot", "clicked", "shown_at")


def shown(visits: int, visitors: int, rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    """Fill each visit's list by the editors' taste and some chance; what is looked at is clicked by its worth.

    Nobody is shown again what he clicked. The editors are right about most articles; a00 and a01 are worth the same,
    and they prefer a00.
    """
    worth = np.linspace(0.6, 0.05, ITEMS)
    worth[1] = worth[0]
    taste = np.linspace(2, 0, ITEMS)
    taste[0] += 1
    known = np.zeros((visitors, ITEMS), dtype=bool)
    for visit in range(visits):
        visitor, at = int(rng.integers(visitors)), START + timedelta(minutes=visit)
        liking = np.where(known[visitor], -np.inf, taste + NOISE * rng.normal(size=ITEMS))
        chosen = np.argsort(-liking)[:PLACES]
        clicked = rng.random(PLACES) < worth[chosen] / np.arange(1, PLACES + 1)
        known[visitor, chosen] |= clicked
        for slot, (article, click) in enumerate(zip(chosen, clicked, strict=True), 1):
            yield f"v{visitor:04}", f"a{article:02}", slot, int(click), at.isoformat()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to write shown.csv; made if it is not there")
    parser.add_argument("--visits", type=int, default=8000, help="lists shown")
    parser.add_argument("--visitors", type=int, default=800, help="people")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same bytes")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with (given.folder / "shown.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        writer.writerows(shown(given.visits, given.visitors, np.random.default_rng(given.seed)))


if __name__ == "__main__":
    main()
