"""Traces of people as weights on tags, and the words that name them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.kinds import Kind
from slipstream.tasks.matrices import Floats, Integers, arrange, distinct, positions, tally
from slipstream.tasks.tables import Answer, QueryTag

Texts = npt.NDArray[Any]
UNKNOWN = "chose"


def declared_traces(
    answers: DataFrame[Answer], query_tags: DataFrame[QueryTag], kinds: Mapping[str, Kind], as_of: datetime
) -> pd.DataFrame:
    """Weigh what people declared and searched for: (user_id, tag, weight, words), one row a user, tag and wording.

    The last answer to a question about a tag counts. Weights fade by the half-life of their kind; of one kind at most
    `cap` latest traces of a user on a tag count.
    """
    said = (
        answers[answers["at"] < as_of]
        .sort_values(["at", "value"])
        .drop_duplicates(["user_id", "question", "tag"], keep="last")
    )
    sought = query_tags[query_tags["at"] < as_of].assign(value=1.0)
    chose, searched = kinds["answer"].verb, kinds["search"].verb
    parts = [
        _weigh(said.assign(words=[f"{chose} {tag}" for tag in said["tag"]]), kinds["answer"], as_of),
        _weigh(sought.assign(words=[f"{searched} {query!r}" for query in sought["query"]]), kinds["search"], as_of),
    ]
    table = pd.concat(parts, ignore_index=True).astype({"user_id": "str", "tag": "str", "words": "str"})
    return table.groupby(["user_id", "tag", "words"], sort=True)["weight"].sum().reset_index()


def _weigh(traces: pd.DataFrame, kind: Kind, as_of: datetime) -> pd.DataFrame:
    days = (pd.Timestamp(as_of) - traces["at"]).dt.total_seconds().to_numpy(np.float64) / 86_400
    fading = 0.5 ** (days / kind.half_life_days) if kind.half_life_days else np.ones(len(traces))
    traces = traces.assign(weight=kind.weight * traces["value"].to_numpy(np.float64) * fading)
    traces = traces.sort_values(["user_id", "tag", "at", "words", "weight"], ascending=[True, True, False, True, True])
    if kind.cap:
        traces = traces[traces.groupby(["user_id", "tag"]).cumcount() < kind.cap]
    return traces[["user_id", "tag", "weight", "words"]]


def trace_words(
    pairs: pd.DataFrame,
    made: pd.DataFrame,
    said: pd.DataFrame,
    item_tags: pd.DataFrame,
    items: pd.DataFrame,
    kinds: Mapping[str, Kind],
) -> pd.Series:
    """Name for each (user_id, tag) the two traces that contributed most, "" where none did."""
    users, tags = distinct(pairs["user_id"]), distinct(pairs["tag"])
    asked = _cells(pairs["user_id"], pairs["tag"], users, tags)
    cell, added, trace, traces = _speak(made, item_tags, users, tags)
    texts = np.array([*_name(traces, items, kinds), *said["words"]], dtype=object)
    cell = np.append(cell, _cells(said["user_id"], said["tag"], users, tags))
    added = np.append(added, said["weight"].to_numpy(np.float64))
    text = np.append(trace, np.arange(len(traces), len(texts)))
    heard = (added > 0) & np.isin(cell, asked)
    words = _two_strongest(cell[heard], added[heard], text[heard], texts)
    return words.reindex(asked, fill_value="").set_axis(pairs.index).astype("str")


def _cells(user: pd.Series, tag: pd.Series, users: pd.Index, tags: pd.Index) -> Integers:
    """Give each pair of user and tag a number, -1 where one of them is unknown."""
    row, column = positions(user, users).astype(np.int64), positions(tag, tags)
    return np.where((row < 0) | (column < 0), -1, row * len(tags) + column)


def _speak(
    made: pd.DataFrame, item_tags: pd.DataFrame, users: pd.Index, tags: pd.Index
) -> tuple[Integers, Floats, Integers, pd.DataFrame]:
    """Find the pairs that traces speak for, how much each adds, its number among all, and these: (item_id, kind)."""
    items, kinds = distinct(item_tags["item_id"]), distinct(made["kind"])
    width = max(len(kinds), 1)
    item = positions(made["item_id"], items).astype(np.int64)
    column = np.where(item < 0, -1, item * width + positions(made["kind"], kinds))
    weight = made["weight"].to_numpy(np.float64)
    given = tally(positions(made["user_id"], users), column, weight, (len(users), len(items) * width)).tocoo()
    known, trace = np.unique(given.col, return_inverse=True)
    traces = pd.DataFrame({"item_id": items[known // width], "kind": kinds[known % width]})
    voices = arrange(item_tags["item_id"], item_tags["tag"], item_tags["score"], (items, tags))
    begins = voices.indptr[given.col // width]
    counts = voices.indptr[given.col // width + 1] - begins
    number = np.repeat(np.arange(given.nnz), counts)
    place = np.arange(len(number)) + np.repeat(begins - np.cumsum(counts) + counts, counts)
    cell = given.row[number].astype(np.int64) * len(tags) + voices.indices[place]
    return cell, given.data[number].astype(np.float64) * voices.data[place], trace[number], traces


def _name(traces: pd.DataFrame, items: pd.DataFrame, kinds: Mapping[str, Kind]) -> Iterator[str]:
    """Put traces into words, with the title of the item or its id."""
    titles = items.set_index("item_id")["title"].dropna().to_dict()
    for item, kind in zip(traces["item_id"], traces["kind"], strict=True):
        yield f"{kinds[kind].verb if kind in kinds else UNKNOWN} {titles.get(item, item)}"


def _two_strongest(cell: Integers, added: Floats, text: Integers, texts: Texts) -> pd.Series:
    """Join the two texts that add most to each cell, ties by text: a series by cell."""
    known, rank = np.unique(texts, return_inverse=True)
    rank = rank[text]
    order = np.lexsort((rank, -added, cell))
    cell, rank = cell[order], rank[order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    first = np.repeat(rank[starts], np.diff(np.append(starts, len(cell))))
    others = np.flatnonzero(rank != first)
    second = others[np.flatnonzero(np.diff(cell[others], prepend=-1))]
    words = known[rank[starts]]
    words[np.searchsorted(cell[starts], cell[second])] += "; " + known[rank[second]]
    return pd.Series(words, index=cell[starts], dtype=object)
