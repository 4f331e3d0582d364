"""A small catalogue in which two kinds of item bear their own tags."""

import numpy as np
import pandas as pd

from slipstream.tasks.tables import Item, ItemTag, TagJudgement, TagMention, TermWeight, empty
from slipstream.tasks.tagging.features import describe_pairs
from slipstream.tasks.vectors import ItemEmbedding
from tests.worlds import table

TAGS = {"heart": ("pulse", "valve", "artery"), "skin": ("rash", "mole", "sweat")}


def catalogue(count=40):
    """Half the items are about the heart, half about the skin; each bears two of its club's three tags."""
    ids = [f"{club}{number:02d}" for number in range(count // 2) for club in TAGS]
    items = table(Item, [(item, item.title(), "", "en", None) for item in ids])
    rows = [
        (item, tag, 1.0, f"u{number % 3}", None)
        for number, item in enumerate(ids)
        for place, tag in enumerate(TAGS[item[:-2]])
        if place != number // 2 % 3
    ]
    return items, table(ItemTag, rows)


def embedding(items, seed=0):
    """Place the clubs at two ends of the first axis."""
    chance = np.random.default_rng(seed)
    ends = np.array([[1.0, 0.2, 0.0] if item.startswith("heart") else [-1.0, 0.2, 0.0] for item in items["item_id"]])
    return ItemEmbedding(pd.Index(items["item_id"]), ends + 0.1 * chance.normal(size=ends.shape))


def described(items, item_tags, *, mentions=None, terms=None, judgements=None, contents=(), **knobs):
    mentions = empty(TagMention) if mentions is None else mentions
    terms = empty(TermWeight) if terms is None else terms
    behaviours = knobs.pop("behaviours", [embedding(items)])
    judgements = empty(TagJudgement) if judgements is None else judgements
    tables = (items, item_tags, mentions, terms, judgements)
    return describe_pairs(*tables, contents, behaviours, **{"size": 4, "neighbours": 5, **knobs})
