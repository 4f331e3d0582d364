"""The highest dot products of vectors, exact to the bit: found in tiles that fit the processor's cache, then settled.

Scores come from matrix products, whose last bits depend on the shape of the blocks. So the products only find what may
be among the best, with room for rounding, and each of these is summed anew on its own.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import threadpoolctl
from scipy import sparse

from slipstream.tasks.matrices import Floats, Integers
from slipstream.tasks.recommendation.clusters import Clusters, Probes
from slipstream.tasks.vectors import Matrix, dots

BLOCK = 256
TILE = 1024
ROUNDING = 2.0**-24
LEAST = np.finfo(np.float32).min

Found = tuple[Integers, Matrix]
Best = tuple[Integers, Integers, Matrix]


@dataclass(frozen=True, eq=False)
class Shelf:
    """Items with the longest vectors first: their vectors and lengths, where each stood, and where each stands now."""

    vectors: Matrix
    lengths: Floats
    order: Integers
    place: Integers

    @classmethod
    def of(cls, items: Matrix) -> "Shelf":
        """Sort the items."""
        lengths = measure(items)
        order = np.argsort(-lengths, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return cls(np.ascontiguousarray(items[order]), lengths[order], order, place)


def top_items(
    users: Matrix,
    items: Matrix,
    *,
    top: int,
    exclude: sparse.csr_array | None = None,
    threads: int = 1,
    megabytes: int = 16,
    probes: int = 0,
) -> Best:
    """Find for each user vector the `top` items with the highest dot product, exactly unless there are `probes`.

    Gives positions of users, positions of items and scores, sorted by user and falling score, ties by position. Two
    vectors have the same score in any company. `exclude` has shape (users, items); its non-zero cells are never found.
    Each thread holds so many `megabytes` of scores at a time. With `probes`, only the items in so many clusters nearest
    to the user are searched; the more, the fewer are missed.
    """
    if not (len(users) and len(items)):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    shelf, users = Shelf.of(items.astype(np.float32, copy=False)), users.astype(np.float32, copy=False)
    block = min(BLOCK, 1 << max(32 - len(items).bit_length(), 0))
    exact: Any = partial(Tiles, shelf, megabytes=megabytes)
    make = partial(Probes, Clusters(shelf.vectors), probes=probes) if probes else exact

    def search(starts: Integers) -> list[Best]:
        finder, found = make(top=top, block=block), []
        for start in starts:
            mine = users[start : start + block]
            cells = finder.candidates(mine, _hidden(exclude, shelf, start, block))
            row, column, score = _settle(mine, shelf, cells, top=top, block=block)
            found.append((row + start, column, score))
        return found

    shares = np.array_split(np.arange(0, len(users), block), threads)
    with threadpoolctl.threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        found = chain.from_iterable(pool.map(search, shares))
        row, column, score = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return row, column, score


def measure(vectors: Matrix) -> Floats:
    """Measure the lengths of vectors."""
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)))


class Tiles:
    """The scores of items, in rows, for a block of users, in columns, tile by tile as they come from matrix products.

    A cell is the place of an item on the shelf times `block` plus the user. Items `groups` rows apart are one group;
    the best scores of the groups tell each user a bound that `top` items reach.
    """

    def __init__(self, shelf: Shelf, *, top: int, block: int, megabytes: int) -> None:
        """Make room for so many megabytes of scores, one tile at least."""
        self.shelf, self.top, self.block = shelf, top, block
        self.groups = 1 << (4 * top).bit_length()
        self.height = max(TILE, self.groups)
        tiles = min((megabytes << 20) // (4 * self.height * block), -(-len(shelf.vectors) // self.height))
        self.tiles = np.zeros((max(tiles, 1), self.height * block), np.float32)
        self.best = np.zeros(self.groups * block, np.float32)
        self.high = np.empty(self.height * block, np.bool_)

    def candidates(self, users: Matrix, hidden: Integers) -> Integers:
        """Find the cells, but the hidden ones, that may be among the best of their users."""
        count, lengths = len(self.shelf.vectors), measure(users)
        slack = 4 * ROUNDING * (users.shape[1] + 2) * lengths * self.shelf.lengths[0]
        bound = np.r_[np.full(len(users), LEAST), np.full(self.block - len(users), np.nan)].astype(np.float32)
        self.best.fill(-np.inf)
        found: list[Found] = []
        for first in range(0, count, self.height * len(self.tiles)):
            if (self.shelf.lengths[first] * lengths < bound[: len(users)]).all():
                break
            starts = range(first, min(first + self.height * len(self.tiles), count), self.height)
            for start, tile in zip(starts, self.tiles, strict=False):
                self._fill(tile, start, users, hidden)
            bound[: len(users)] = np.maximum(bound[: len(users)], self._reached(len(users)) - slack)
            found.extend(self._above(starts, bound))
        cells, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return np.asarray(cells[scores >= bound.take(cells & (self.block - 1))])

    def _fill(self, tile: Matrix, start: int, users: Matrix, hidden: Integers) -> None:
        """Multiply the items from `start` on with the users, and note the best of each group."""
        part = self.shelf.vectors[start : start + self.height]
        scores = tile.reshape(self.height, self.block)
        np.matmul(part, users.T, out=scores[: len(part), : len(users)])
        scores[len(part) :] = -np.inf
        low, high = np.searchsorted(hidden, [start * self.block, (start + self.height) * self.block])
        tile[hidden[low:high] - start * self.block] = -np.inf
        for layer in tile.reshape(-1, self.groups * self.block):
            np.maximum(self.best, layer, out=self.best)

    def _reached(self, users: int) -> Matrix:
        """Find for each user a score that `top` items reach, -inf where fewer have been seen."""
        best = np.ascontiguousarray(self.best.reshape(self.groups, self.block)[:, :users].T)
        best.partition(self.groups - self.top, axis=1)
        return np.asarray(best[:, self.groups - self.top])

    def _above(self, starts: Iterable[int], bound: Matrix) -> Iterator[Found]:
        """Find the cells of the tiles whose scores reach the bound."""
        bounds = np.tile(bound, self.height)
        for start, tile in zip(starts, self.tiles, strict=False):
            cells = np.flatnonzero(np.greater_equal(tile, bounds, out=self.high))
            yield cells + start * self.block, tile.take(cells)


def _hidden(exclude: sparse.csr_array | None, shelf: Shelf, start: int, block: int) -> Integers:
    """List the cells of a block that are never found."""
    if exclude is None:
        return np.empty(0, np.int64)
    cells = exclude[start : start + block].tocoo()
    return np.sort(shelf.place[cells.col] * block + cells.row)


def _settle(users: Matrix, shelf: Shelf, cells: Integers, *, top: int, block: int) -> Best:
    """Sum the products of each cell in the order of their numbers, and take the best of each user, ties by position."""
    place, row = cells // block, cells & (block - 1)
    scores = dots(users, row, shelf.vectors, place)
    bits = len(shelf.order).bit_length()
    keys = np.sort(pack(row, scores, shelf.order[place], bits))
    row = (keys >> np.uint64(32 + bits)).astype(np.int64)
    best = np.arange(len(row)) - np.searchsorted(row, np.arange(block))[row] < top
    column = (keys[best] & np.uint64((1 << bits) - 1)).astype(np.int64)
    return row[best], column, unpack(keys[best] >> np.uint64(bits))


def pack(row: Integers, scores: Matrix, column: Integers, bits: int) -> npt.NDArray[np.uint64]:
    """Write (row, score, column) as one number whose order is by row, falling score and column of so many bits."""
    raw = (scores + np.float32(0)).view(np.uint32)  # -0 becomes 0
    falling = np.where(raw >> 31, raw, ~raw & np.uint32(0x7FFFFFFF))
    places = row.astype(np.uint64) << np.uint64(32) | falling
    return np.asarray(places << np.uint64(bits) | column.astype(np.uint64))


def unpack(falling: npt.NDArray[np.uint64]) -> Matrix:
    """Read scores back from the lowest 32 bits of packed numbers."""
    raw = falling.astype(np.uint32)
    return np.where(raw >> 31, raw, ~raw & np.uint32(0x7FFFFFFF)).view(np.float32)
