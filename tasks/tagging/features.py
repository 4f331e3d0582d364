"""What is known of a pair of item and tag, never counting that the tag was given to that very item.

Items are cut into folds. All that a fold's items are compared with (centroids, neighbours, tags that go together,
popularity) comes from items of the other folds, so nothing an item was given can come back to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.tables import Item, ItemTag, TagFeature, TagJudgement, TagMention, TermWeight
from slipstream.tasks.tagging.cotags import LESS_ONE, Company, compare_cotags, find_company
from slipstream.tasks.tagging.examples import Pairs, pick, read_pairs
from slipstream.tasks.tagging.spaces import (
    Counts,
    Rows,
    Space,
    embedding_space,
    neighbour_votes,
    tag_centroids,
    tag_directions,
    text_space,
)
from slipstream.tasks.vectors import ItemEmbedding, Matrix

CELLS = 4_000_000
TINY = 1e-6
Columns = dict[str, Matrix]


@dataclass(frozen=True, eq=False)
class Others:
    """All that the items of one fold are compared with: the items of the other folds that bear tags.

    `tags` are the columns of the tags borne by enough of them; `given`, `centroids` and `together` are theirs only.
    """

    popularity: Matrix
    popularity_people: Matrix
    tags: Rows
    items: Rows
    given: Counts
    centroids: tuple[Matrix, ...]
    directions: tuple[Matrix, ...]
    company: Company


def describe_pairs(  # noqa: PLR0913 (the sources of evidence)
    items: DataFrame[Item],
    item_tags: DataFrame[ItemTag],
    mentions: DataFrame[TagMention],
    terms: DataFrame[TermWeight],
    judgements: DataFrame[TagJudgement],
    contents: Sequence[ItemEmbedding],
    behaviours: Sequence[ItemEmbedding],
    *,
    candidates: int = 100,
    min_items: int = 3,
    folds: int = 5,
    size: int = 64,
    neighbours: int = 30,
    seed: int = 0,
) -> DataFrame[TagFeature]:
    """Describe each item's pairs with the tags it was given, that it mentions, that were judged and that fit it best.

    `candidates` bounds the best-fitting tags of an item, chosen by the sum of its standardised features among tags
    borne by at least `min_items` items of other folds. `size` is that of latent spaces, `neighbours` how many
    similar items vote. `contents` are embeddings of what items are, `behaviours` of what people do with them; without
    `contents` the items are compared in the latent space of their `terms`.

    Beside the features: `fold` (whole items), `people` and `support` (how many gave the tag, with what weight),
    `proposed` (whether the pair would be described had nobody given it), `judged`, `contrast` (whether the pair is here
    only as an example of tags given at random), `fusion` (sum of standardised features) and `cotags_less_one`
    (`cotags` with one other given tag forgotten, drawn by `seed`: what a pair nobody gave is to be learnt from, since a
    given pair never sees itself among the item's tags).
    """
    pairs = read_pairs(items, item_tags, mentions, judgements, folds=folds, seed=seed)
    spaces = [] if contents or terms.empty else [text_space("text", terms, pairs.items, size)]
    for kind, embeddings in (("content", contents), ("behaviour", behaviours)):
        spaces += [embedding_space(f"{kind}{n}", each, pairs.items) for n, each in enumerate(embeddings, start=1)]
    blocks = [
        _describe(pairs, spaces, others, rows, candidates=candidates, neighbours=neighbours)
        for fold in range(folds if len(pairs.tags) else 0)
        for others in [_others(pairs, spaces, fold, size=size, min_items=min_items)]
        for rows in _chunks(np.flatnonzero(pairs.fold == fold), len(others.tags))
    ]
    return _table(pairs, blocks)


def _chunks(rows: Rows, tags: int) -> Iterator[Rows]:
    step = max(1, min(CELLS // max(tags, 1), 4096))
    return (rows[start : start + step] for start in range(0, len(rows), step))


def _others(pairs: Pairs, spaces: Sequence[Space], fold: int, *, size: int, min_items: int) -> Others:
    items = np.flatnonzero((pairs.fold != fold) & (np.diff(pairs.given.indptr) > 0))
    popularity = np.bincount(pairs.given[items].indices, minlength=len(pairs.tags)).astype(np.float32)
    by_people = np.bincount(pairs.people[items].indices, minlength=len(pairs.tags)).astype(np.float32)
    tags = np.flatnonzero(popularity >= max(min_items, 1))
    given = pairs.given[items][:, tags].tocsr()
    centroids = tuple(tag_centroids(given, space.vectors[items]) for space in spaces)
    directions = tuple(tag_directions(given, space.centred[items]) for space in spaces)
    company = find_company(pairs.weighted[items], pairs.given[items], tags, size)
    return Others(popularity, by_people, tags, items, given, centroids, directions, company)


def _describe(
    pairs: Pairs, spaces: Sequence[Space], others: Others, rows: Rows, *, candidates: int, neighbours: int
) -> pd.DataFrame:
    """Describe the pairs of some items of one fold: columns row and column, then one a feature."""
    dense: Columns = {}
    for space, centroids, directions in zip(spaces, others.centroids, others.directions, strict=True):
        query = space.vectors[rows]
        dense[f"{space.name}_centroid"] = query @ centroids.T
        dense[f"{space.name}_direction"] = space.centred[rows] @ directions.T
        dense[f"{space.name}_vote"] = neighbour_votes(query, space.vectors[others.items], others.given, neighbours)
    compared = compare_cotags(pairs, others.company, others.tags, rows)
    dense |= {name: values for name, values in compared.items() if not name.endswith(LESS_ONE)}
    fusion = _fusion(dense, np.log1p(others.popularity[others.tags]), (len(rows), len(others.tags)))
    best = _best(fusion, candidates)
    mentioned, asked, contrasts = pairs.mention_tfidf[rows], pairs.judged[rows], pairs.contrasts[rows]
    wanted = [sparse.coo_matrix(each) for each in (pairs.support[rows], mentioned, asked, contrasts)]
    row, column = (np.concatenate([getattr(each, axis) for each in wanted]) for axis in ("row", "col"))
    chosen = best[0] * len(pairs.tags) + others.tags[best[1]]
    keys = np.sort(np.concatenate([chosen, row.astype(np.int64) * len(pairs.tags) + column]))
    keys = keys[np.diff(keys, prepend=-1) > 0]
    row, column = np.divmod(keys, max(len(pairs.tags), 1))
    place = np.full(len(pairs.tags), -1)
    place[others.tags] = np.arange(len(others.tags))
    proposed = np.zeros(len(keys), bool)
    proposed[np.searchsorted(keys, chosen)] = True
    dense |= {"fusion": fusion, **compared}
    found = {name: _look_up(values, row, place[column]) for name, values in dense.items()}
    popular = {"popularity": others.popularity, "popularity_people": others.popularity_people}
    found |= {name: np.log1p(counts[column]) for name, counts in popular.items()}
    found |= {f"mentions_{field}": pick(counts[rows], row, column) for field, counts in pairs.mentions.items()}
    found["mention_tfidf"] = pick(mentioned, row, column)
    found |= {"support": pick(pairs.support[rows], row, column), "people": pick(pairs.people[rows], row, column)}
    found |= {"judged": pick(asked, row, column), "contrast": pick(contrasts, row, column)}
    found["proposed"] = (proposed | (found["mention_tfidf"] > 0)).astype(np.float32)
    return pd.DataFrame({"row": rows[row], "column": column, "fold": pairs.fold[rows][row].astype(np.float32), **found})


def _look_up(values: Matrix, row: Rows, place: Rows) -> Matrix:
    """Read dense values, 0 for tags too rare to be compared."""
    if not values.shape[1]:
        return np.zeros(len(row), np.float32)
    return np.where(place >= 0, values[row, np.maximum(place, 0)], 0).astype(np.float32)


def _fusion(dense: Columns, popularity: Matrix, shape: tuple[int, int]) -> Matrix:
    """Add up the features of each item, each centred and scaled within the item."""
    fusion = np.zeros(shape, np.float32)
    for column in [*dense.values(), popularity[None, :]]:
        fusion += _standardised(column)
    return fusion


def _standardised(column: Matrix) -> Matrix:
    if not column.shape[1]:
        return column
    mean = column.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.maximum(np.einsum("ij,ij->i", column, column)[:, None] / column.shape[1] - mean**2, 0))
    return np.asarray((column - mean) / np.where(spread > TINY, spread, 1), dtype=np.float32)


def _best(fusion: Matrix, candidates: int) -> tuple[Rows, Rows]:
    """Find the best tags of each item: rows and columns."""
    kept = min(candidates, fusion.shape[1])
    if not kept:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    best = np.argpartition(-fusion, kept - 1, axis=1)[:, :kept]
    return np.repeat(np.arange(len(fusion)), kept), best.ravel()


def _table(pairs: Pairs, blocks: Sequence[pd.DataFrame]) -> DataFrame[TagFeature]:
    found = pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame({"row": [], "column": []})
    found = found.sort_values(["row", "column"], ignore_index=True)
    row, column = found.pop("row").to_numpy(np.int64), found.pop("column").to_numpy(np.int64)
    found.insert(0, "item_id", pairs.items[row])
    found.insert(1, "tag", pairs.tags[column])
    found.insert(2, "given", (found["support"] > 0).to_numpy(np.int8) if len(found) else np.empty(0, np.int8))
    return TagFeature.validate(found)
