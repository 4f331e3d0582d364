"""Several embeddings of the same items as one."""

from collections.abc import Sequence
from functools import reduce

import numpy as np

from slipstream.tasks.vectors import ItemEmbedding, Matrix


def join_items(parts: Sequence[ItemEmbedding], *, weights: Sequence[float], ridge: float) -> ItemEmbedding:
    """Put the unit vectors of several embeddings side by side, each times the root of its weight.

    An item that one part does not know gets there what a ridge regression reads from its other parts.
    Shape (items known to any part, sum of the sizes); no weights mean equal ones.
    """
    if len(weights) not in (0, len(parts)):
        raise ValueError(f"{len(weights)} weights for {len(parts)} embeddings; give one weight each, or none")
    ids = reduce(lambda one, other: one.union(other.ids), parts, parts[0].ids).sort_values()
    known = [part.positions(ids) >= 0 for part in parts]
    units = [type(part)(part.ids, part.unit).rows(ids) for part in parts]
    whole = []
    for place, (unit, seen) in enumerate(zip(units, known, strict=True)):
        others = [beside(units[other], known[other]) for other in range(len(parts)) if other != place]
        filled = fill(unit, seen, np.hstack(others), ridge) if others else unit
        whole.append(filled * np.sqrt(weights[place] if weights else 1.0))
    return ItemEmbedding(ids, np.hstack(whole))


def fill_items(behaviour: ItemEmbedding, content: ItemEmbedding, *, ridge: float) -> ItemEmbedding:
    """Keep the vectors that behaviour taught, and read those of all other items from their content.

    The map is a ridge regression on the items that have both; an item with neither has no vector.
    """
    ids = behaviour.ids.union(content.ids).sort_values()
    seen = behaviour.positions(ids) >= 0
    unit = ItemEmbedding(content.ids, content.unit).rows(ids)
    return ItemEmbedding(ids, fill(behaviour.rows(ids), seen, beside(unit, content.positions(ids) >= 0), ridge))


def beside(matrix: Matrix, seen: np.ndarray) -> Matrix:
    """Put a column beside a matrix that says which rows are known."""
    return np.hstack([matrix, seen[:, None].astype(np.float32)])


def fill(matrix: Matrix, seen: np.ndarray, clues: Matrix, ridge: float) -> Matrix:
    """Predict the rows not seen from clues: W = (C'C + ridge I)^-1 C'M over the rows seen, clues and all centred."""
    if seen.all() or not seen.any():
        return matrix
    known, given = clues[seen].astype(np.float64), matrix[seen].astype(np.float64)
    middle, mean = known.mean(axis=0), given.mean(axis=0)
    known = known - middle
    map_ = np.linalg.solve(known.T @ known + ridge * np.eye(known.shape[1]), known.T @ (given - mean))
    found = mean + (clues - middle) @ map_
    return np.where(seen[:, None], matrix, found).astype(np.float32)
