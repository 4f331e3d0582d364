"""What speaks for a tag of an item, in words."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.tables import ItemTag
from slipstream.tasks.vectors import ItemEmbedding

BEARERS = 1000
WORDS = {
    "text": "worded like items that bear it",
    "cotags": "goes with its other tags",
    "popularity": "a common tag",
}


def explain(
    pairs: pd.DataFrame,
    parts: pd.DataFrame,
    item_tags: DataFrame[ItemTag],
    titles: Mapping[str, str],
    embeddings: Mapping[str, ItemEmbedding],
    fold: Mapping[str, float],
) -> pd.Series:
    """Say of each pair which space adds most to its log-odds, naming people, places or similar items.

    `parts` has one column a space ("given" among them), in the row order of `pairs`; `embeddings` are by
    space. Items of the same `fold` have not spoken for a pair and are not named.
    """
    added = parts.to_numpy()
    best = np.where(added.max(axis=1) > 0, added.argmax(axis=1), -1) if added.size else np.full(len(pairs), -1)
    words = np.full(len(pairs), "", dtype=object)
    for column, space in enumerate(parts.columns):
        rows = np.flatnonzero(best == column)
        if len(rows):
            words[rows] = _say(str(space), pairs.iloc[rows], item_tags, titles, embeddings, fold)
    return pd.Series(words, index=pairs.index, dtype="str")


def _say(
    space: str,
    pairs: pd.DataFrame,
    item_tags: DataFrame[ItemTag],
    titles: Mapping[str, str],
    embeddings: Mapping[str, ItemEmbedding],
    fold: Mapping[str, float],
) -> list[str]:
    if space == "given":
        return [_people(int(count)) for count in pairs["people"]]
    if space == "mention":
        return [_places(int(t), int(x)) for t, x in zip(pairs["mentions_title"], pairs["mentions_text"], strict=True)]
    if space in embeddings:
        named = nearest_bearers(pairs, item_tags, embeddings[space], fold)
        return [_items(space, [titles.get(item, item) for item in names]) for names in named]
    if space == "cotags":
        return [f"goes with {tag!r}" if tag else WORDS[space] for tag in companions(pairs, item_tags)]
    return [WORDS.get(space, "")] * len(pairs)


def _people(count: int) -> str:
    return "given" if count == 0 else "given by 1 person" if count == 1 else f"given by {count} people"


def _places(title: int, text: int) -> str:
    count, place = (title, "title") if title else (text, "text")
    return f"mentioned {count} time{'s' if count > 1 else ''} in the {place}" if count else ""


def _items(space: str, names: Sequence[str]) -> str:
    listed = ", ".join(names)
    if space.startswith("behaviour"):
        return f"chosen by the same people as {listed}, which bear it" if names else "chosen by people who choose it"
    return f"items like it ({listed}) bear it" if names else "items like it bear it"


def nearest_bearers(
    pairs: pd.DataFrame,
    item_tags: DataFrame[ItemTag],
    embedding: ItemEmbedding,
    fold: Mapping[str, float],
    *,
    most: int = 2,
) -> list[list[str]]:
    """Name for each pair the items of other folds most like it that bear the tag (among 1000 of the best known)."""
    borne = item_tags.groupby(["tag", "item_id"], as_index=False)["weight"].sum()
    borne = borne[borne["tag"].isin(pairs["tag"]) & borne["item_id"].isin(embedding.ids)]
    borne = borne.sort_values(["tag", "weight", "item_id"], ascending=[True, False, True]).groupby("tag").head(BEARERS)
    bearers = {tag: embedding.positions(ids) for tag, ids in borne.groupby("tag")["item_id"]}
    query, folds = embedding.positions(pairs["item_id"]), np.array([fold.get(item, -1) for item in embedding.ids])
    named: list[list[str]] = [[] for _ in range(len(pairs))]
    placed = pairs[["tag"]].assign(row=np.arange(len(pairs)))[query >= 0]
    for tag, rows in placed.groupby("tag")["row"]:
        if tag in bearers:
            for row, names in zip(rows, _nearest(query[rows], bearers[tag], embedding, folds, most), strict=True):
                named[row] = names
    return named


def _nearest(
    query: npt.NDArray[np.int64],
    bearers: npt.NDArray[np.int64],
    embedding: ItemEmbedding,
    fold: npt.NDArray[np.float64],
    most: int,
) -> list[list[str]]:
    similarity = embedding.unit[query] @ embedding.unit[bearers].T
    similarity[(query[:, None] == bearers[None, :]) | (fold[query][:, None] == fold[bearers][None, :])] = -1
    names = [str(name) for name in embedding.ids[bearers]]
    best = np.argsort(-similarity, axis=1, kind="stable")[:, :most]
    return [[names[column] for column in columns if similarity[row, column] > 0] for row, columns in enumerate(best)]


def companions(pairs: pd.DataFrame, item_tags: DataFrame[ItemTag]) -> list[str]:
    """Name for each pair the other tag of the item that most often stands beside it on other items, if any."""
    items, tags = pd.Index(sorted(set(item_tags["item_id"]))), pd.Index(sorted({*item_tags["tag"], *pairs["tag"]}))
    at = items.get_indexer(item_tags["item_id"]), tags.get_indexer(item_tags["tag"])
    borne = sparse.csr_matrix((np.ones(len(item_tags), np.float32), at), shape=(len(items), len(tags)))
    borne.data[:] = 1
    asked, column = np.unique(tags.get_indexer(pairs["tag"]), return_inverse=True)
    row = items.get_indexer(pairs["item_id"])
    together = (borne[:, asked].T @ borne).tocsr()
    together = sparse.diags(1 / np.maximum(together.max(axis=1).toarray().ravel(), 1)) @ together
    popular = np.sqrt(np.maximum(np.bincount(borne.indices, minlength=len(tags)), 1))
    own = borne[np.maximum(row, 0)].multiply(together.tocsr()[column]).multiply(1 / popular[None, :]).tolil()
    own[np.arange(len(pairs)), asked[column]] = 0
    best = own.tocsr()
    best_column = np.asarray(best.argmax(axis=1)).ravel()
    strength = np.asarray(best.max(axis=1).toarray()).ravel()
    known = (row >= 0) & (strength > 0)
    return [str(tags[tag]) if found else "" for tag, found in zip(best_column, known, strict=True)]
