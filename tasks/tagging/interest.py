"""How much people are interested in tags, from all that they did and said (Maxwell)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.kinds import Kind
from slipstream.tasks.matrices import distinct, positions
from slipstream.tasks.tables import (
    Answer,
    Interaction,
    Item,
    ItemTag,
    ItemTagScore,
    QueryTag,
    UserTagScore,
    columns,
    empty,
)
from slipstream.tasks.tagging.traces import declared_traces, trace_words
from slipstream.tasks.user_blocks import whole_users
from slipstream.tasks.vectors import Matrix

CELLS = 4_000_000
WIDELY = "widely liked"
RARELY = 1e-4
FULL_VOICE = 1.0
Counts: TypeAlias = sparse.csr_matrix


def score_user_tags(  # noqa: PLR0913 (the traces' tables and the knobs)
    interactions: Iterable[DataFrame[Interaction]],
    item_tags: DataFrame[ItemTagScore],
    answers: DataFrame[Answer],
    query_tags: DataFrame[QueryTag],
    items: DataFrame[Item],
    *,
    kinds: Mapping[str, Kind],
    as_of: datetime,
    given: DataFrame[ItemTag] | None = None,
    shrinkage: float = 5.0,
    lift: float = 0.1,
    naming: float = 0.0,
    sharpness: float = 3.0,
    top: int = 20,
) -> Iterator[DataFrame[UserTagScore]]:
    """Score the tags of each user by the weighted mean of P(tag | trace), at most `top` a user, positive ones only.

    `interactions` are gone through twice, in frames that are sorted by user where there is more than one.
    A trace on an item shares its voice among the item's tags, by their scores ** `sharpness`; when these add up to
    less than 1, part of it stays unspoken. A declared interest or a search speaks for its own tag, fully.
    The mean is drawn to the population's as if everybody had left traces of total weight `shrinkage` at random, and
    divided by (population mean) ** `lift`: 0 ranks by plain interest, 1 by how much it exceeds everybody's. It is
    multiplied by (share of the tag in what people themselves gave) ** `naming`, known from `given`.
    Traces at or after `as_of` are not seen; `items` give the titles used in the evidence.
    """
    said = declared_traces(answers, query_tags, kinds, as_of)
    tags = distinct(pd.concat([item_tags["tag"], said["tag"]]))
    voices = share_voice(item_tags, sharpness)
    if tags.empty:
        yield empty(UserTagScore)
        return
    common = _population(_sum_traces(*part, voices, tags) for part in _some_users(interactions, said, as_of))
    factor = _lower_common(common, lift) * _named(given, tags, naming)
    for part in _some_users(interactions, said, as_of):
        users, interest, weight = _sum_traces(*part, voices, tags)
        best = _best_tags(interest, weight, common, factor, shrinkage, top)
        scores = pd.DataFrame({"user_id": users[best["row"]], "tag": tags[best["column"]], "score": best["score"]})
        scores["evidence"] = trace_words(scores, *part, voices, items, kinds).replace("", WIDELY)
        yield UserTagScore.validate(scores[columns(UserTagScore)])


def share_voice(item_tags: DataFrame[ItemTagScore], sharpness: float) -> pd.DataFrame:
    """Turn the scores of an item into P(tag | item): (item_id, tag, score), at most 1 in all for an item."""
    ordered = item_tags[["item_id", "tag", "score"]].sort_values(["item_id", "tag"], ignore_index=True)
    voice = ordered["score"].astype("float64") ** sharpness
    total = voice.groupby(ordered["item_id"]).transform("sum").clip(lower=FULL_VOICE)
    return ordered.assign(score=voice / total)


def _chunks(users: int, tags: int) -> "list[slice]":
    step = max(1, CELLS // tags)
    return [slice(start, min(start + step, users)) for start in range(0, users, step)]


def _some_users(
    interactions: Iterable[pd.DataFrame], said: pd.DataFrame, as_of: datetime
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Take what the same users did before as_of and what they said, some users at a time."""
    users, begin = said["user_id"].to_numpy(object), 0
    for made in whole_users(interactions):
        end = int(np.searchsorted(users, made["user_id"].max(), side="right")) if len(made) else begin
        yield made[made["at"] < as_of], said[begin:end]
        begin = end
    if begin < len(said):
        yield made[:0], said[begin:]


def _sum_traces(
    made: pd.DataFrame, said: pd.DataFrame, item_tags: pd.DataFrame, tags: pd.Index
) -> tuple[pd.Index, Counts, Matrix]:
    """Add up each user's traces: users, interest (users, tags), and the total absolute weight of what could speak."""
    users, items = distinct(pd.concat([made["user_id"], said["user_id"]])), distinct(item_tags["item_id"])
    borne = _matrix(item_tags["item_id"], item_tags["tag"], item_tags["score"], items, tags)
    traces = _matrix(made["user_id"], made["item_id"], made["weight"], users, items)
    declared = _matrix(said["user_id"], said["tag"], said["weight"], users, tags)
    weight = abs(traces).sum(axis=1) + abs(declared).sum(axis=1)
    return users, (traces @ borne + declared).tocsr(), np.asarray(weight).ravel()


def _matrix(rows: pd.Series, names: pd.Series, values: pd.Series, index: pd.Index, columns_: pd.Index) -> Counts:
    """Add values up by cell; ids that the indexes do not know are left out."""
    row, column = positions(rows, index), positions(names, columns_)
    known = (row >= 0) & (column >= 0)
    row, column, data = row[known], column[known], values.to_numpy(np.float64)[known]
    order = np.lexsort((data, column, row))
    placed = (data[order], (row[order], column[order]))
    return sparse.csr_matrix(placed, shape=(len(index), len(columns_)))


def _population(parts: Iterable[tuple[pd.Index, Counts, Matrix]]) -> Matrix:
    """Average the interests of all who left a trace, everybody counting the same; never below a small share."""
    total, people = np.zeros(1), 0
    for _, interest, weight in parts:
        mean = sparse.diags(1 / np.where(weight > 0, weight, 1)) @ interest
        total = total + np.asarray(mean.sum(axis=0)).ravel()
        people += int((weight > 0).sum())
    return np.asarray(np.maximum(total / max(people, 1), 0))


def _lower_common(common: Matrix, lift: float) -> Matrix:
    """Divide by what everybody is interested in, at most 1 for the rarest."""
    floor = max(float(common[common > 0].mean()) / 10, 1e-9) if (common > 0).any() else 1.0
    return np.asarray((floor / np.maximum(common, floor)) ** lift)


def _named(given: "pd.DataFrame | None", tags: pd.Index, naming: float) -> Matrix:
    """Raise the tags that many people give themselves, each of them counting once."""
    if given is None or not naming:
        return np.ones(len(tags), np.float32)
    people = given.dropna(subset=["user_id"]).drop_duplicates(["user_id", "tag"])["tag"].value_counts()
    share = people.reindex(tags, fill_value=0).to_numpy(np.float64) / max(people.sum(), 1)
    return np.asarray((share + RARELY) ** naming)


def _best_tags(
    interest: Counts, weight: Matrix, common: Matrix, factor: Matrix, shrinkage: float, top: int
) -> pd.DataFrame:
    """Score all users, some at a time."""
    blocks = [pd.DataFrame({"row": [], "column": [], "score": []}, dtype=np.int64)]
    blocks += [
        _score(interest[rows], weight[rows], common, factor, rows, shrinkage, top) for rows in _chunks(*interest.shape)
    ]
    return pd.concat(blocks, ignore_index=True)


def _score(
    interest: Counts, weight: Matrix, common: Matrix, factor: Matrix, rows: slice, shrinkage: float, top: int
) -> pd.DataFrame:
    """Score the users of one block: row and column among all, best first within a user."""
    total = np.maximum(weight[:, None] + shrinkage, 1e-9)
    score = (interest.toarray() + shrinkage * common[None, :]) / total * factor[None, :]
    kept = min(top, score.shape[1])
    best = np.argsort(-score, axis=1, kind="stable")[:, :kept]
    value = np.take_along_axis(score, best, axis=1).astype(np.float32)
    row = np.repeat(np.arange(rows.start, rows.stop), kept)
    table = pd.DataFrame({"row": row, "column": best.ravel(), "score": value.ravel()})
    return table[table["score"] > 0]
