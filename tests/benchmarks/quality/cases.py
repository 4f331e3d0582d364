"""A world for the benchmark of quality: five people, films by letter, and what they watched next."""

import pandas as pd

from benchmarks.quality import splits
from benchmarks.quality.verdict import Split
from slipstream.tasks.tables import CatalogueItem, Interaction, User
from tests.worlds import AS_OF, table

EARLIER = AS_OF - pd.Timedelta(days=3)
LATER = AS_OF + pd.Timedelta(hours=1)
FACTS = {
    "cut": "now",
    "as_of": AS_OF.isoformat(),
    "windowed": False,
    "relevant": ["strong", "medium"],
    "cold_below": 2,
    "top": 3,
    "seed": 0,
}
PAST = ["anna a", "anna b", "bert a", "bert c", "carl a", "carl b", "dora b", "dora d"]
NEXT = ["anna c", "anna d", "bert b", "carl c", "dora a", "emil a"]


def traces(pairs, at, strength="strong"):
    return table(Interaction, [(*pair.split(), 1.0, strength, "like", at) for pair in pairs])


def tables(offered="a b c d e"):
    users = sorted({pair.split()[0] for pair in NEXT})
    return {
        "train": traces(PAST, EARLIER),
        "truth": traces(NEXT, LATER),
        "catalogue": table(CatalogueItem, [(item,) for item in offered.split()]),
        "users": table(User, [(user,) for user in users]),
    }


def written(folder, **changed):
    splits.write(folder, tables() | changed, FACTS)
    return folder


def split(folder):
    return Split.read(written(folder), FACTS)


def listed(**lists):
    rows = [(user, item, rank) for user, items in lists.items() for rank, item in enumerate(items.split(), 1)]
    return pd.DataFrame(rows, columns=["user_id", "item_id", "rank"])
