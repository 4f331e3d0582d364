"""What groups of features add to the scores of boosted trees: SHAP values, of many rows at once.

LightGBM walks every tree for every row. Here some leaves of a tree at a time are a table: which of the splits on the
ways to them a row takes says all about what its features add there, so the sums are worked out once for each way and
looked up by row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import lightgbm as lgb

Values = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.floating[Any]]
Split = tuple[int, float]
Numbers = npt.NDArray[np.int64]
FEW = 1000
DEEPEST = 12
ROWS = 4096
TOGETHER = 10


@dataclass(frozen=True)
class Leaf:
    """A leaf and the splits on the way to it: node, feature, whether left is taken, share of the node's data there."""

    value: float
    path: tuple[tuple[int, int, bool, float], ...]


@dataclass(frozen=True, eq=False)
class Tree:
    """Splits, `feature` <= `threshold` to the left, and what some leaves at a time add to each group of features.

    `turns` of shape (parts, nodes), times which splits a row takes to the left, is the row of each part's table that
    holds what the leaves of the part add.
    """

    feature: Numbers
    threshold: Values
    turns: npt.NDArray[np.float32]
    tables: tuple[Values, ...]


class GroupShap:
    """The SHAP values of a booster's features, added up by group (path-dependent TreeSHAP, Lundberg et al. 2018).

    `groups` names the group of each feature of the booster; those of "" are left out. Few rows, missing values and very
    deep trees are left to LightGBM.
    """

    def __init__(self, booster: "lgb.Booster", groups: Sequence[str]) -> None:
        """Work nothing out yet."""
        self._booster = booster
        self.names = sorted(set(groups) - {""})
        member = [[group == name for name in self.names] for group in groups]
        self._member = np.array(member, dtype=np.float64).reshape(-1, len(self.names))

    def __call__(self, matrix: Matrix) -> dict[str, Values]:
        """Compute what each group adds to the score of each row of features."""
        if len(matrix) < FEW or not self._trees or np.isnan(matrix).any():
            whole = self._booster.predict(matrix, pred_contrib=True) if len(matrix) else np.zeros((0, 1))
            added = np.asarray(whole)[:, :-1] @ self._member[: np.shape(whole)[1] - 1]
            return dict(zip(self.names, added.T, strict=True))
        added = np.zeros((len(matrix), len(self.names)))
        for first in range(0, len(matrix), ROWS):
            part = np.ascontiguousarray(matrix[first : first + ROWS].T)
            for tree in self._trees:
                _add(added[first : first + ROWS], tree, part)
        return dict(zip(self.names, added.T, strict=True))

    @cached_property
    def _trees(self) -> list[Tree]:
        """Read the trees, none if one is too deep."""
        roots = [info["tree_structure"] for info in self._booster.dump_model()["tree_info"]]
        splits: list[list[Split]] = [[] for _ in roots]
        leaves = [tuple(_walk(root, (), found)) for root, found in zip(roots, splits, strict=True)]
        deepest = max((len(leaf.path) for each in leaves for leaf in each), default=0)
        if deepest > DEEPEST:
            return []
        return [_tabulate(*each, self._member) for each in zip(splits, leaves, strict=True)]


def _walk(
    node: Mapping[str, Any], path: tuple[tuple[int, int, bool, float], ...], splits: list[Split]
) -> Iterator[Leaf]:
    """Find the leaves below a node of a dumped model, and note the splits."""
    if "split_feature" not in node:
        yield Leaf(node["leaf_value"], path)
        return
    number, feature = len(splits), int(node["split_feature"])
    splits.append((feature, float(node["threshold"])))
    for is_left, child in ((True, node["left_child"]), (False, node["right_child"])):
        share = child.get("internal_count", child.get("leaf_count")) / node["internal_count"]
        yield from _walk(child, (*path, (number, feature, is_left, share)), splits)


def _tabulate(splits: Sequence[Split], leaves: Sequence[Leaf], member: Values) -> Tree:
    """Work out what the leaves add, some of them at a time, for every way of taking the splits on the way to them."""
    parts = list(_parts(leaves))
    turns = np.zeros((len(parts), len(splits)), np.float32)
    tables = []
    for number, part in enumerate(parts):
        nodes = _nodes(part)
        turns[number, nodes] = 1 << np.arange(len(nodes))
        ways = np.arange(1 << len(nodes))
        table = np.zeros((len(ways), member.shape[1]))
        for leaf in part:
            taken = [
                (ways >> nodes.index(node) & 1 == is_left) << step
                for step, (node, _, is_left, _) in enumerate(leaf.path)
            ]
            table += (_table(leaf) @ member[_features(leaf)])[sum(taken, np.zeros_like(ways))]
        tables.append(table)
    feature = np.array([feature for feature, _ in splits], np.int64)
    return Tree(feature, np.array([[value] for _, value in splits]), turns, tuple(tables))


def _parts(leaves: Sequence[Leaf]) -> Iterator[list[Leaf]]:
    """Take neighbouring leaves together, as long as no more than so many splits lead to them."""
    part: list[Leaf] = []
    for leaf in leaves:
        if part and len(_nodes([*part, leaf])) > TOGETHER:
            yield part
            part = []
        part.append(leaf)
    yield part


def _nodes(leaves: Sequence[Leaf]) -> list[int]:
    """List the splits on the ways to leaves, each once."""
    return list(dict.fromkeys(node for leaf in leaves for node, *_ in leaf.path))


def _add(added: Values, tree: Tree, columns: Matrix) -> None:
    """Add what a tree says of each row; `columns` holds the features of the rows, a feature a row."""
    if len(tree.feature):
        taken = (columns[tree.feature] <= tree.threshold).astype(np.float32)
        for table, ways in zip(tree.tables, (tree.turns @ taken).astype(np.int64), strict=True):
            added += table.take(ways, axis=0)


def _features(leaf: Leaf) -> list[int]:
    """List the features that are asked on the way to a leaf, each once."""
    return list(dict.fromkeys(feature for _, feature, _, _ in leaf.path))


def _table(leaf: Leaf) -> Values:
    """Work out what each feature adds at a leaf, for every way of taking (bit 1) or missing (0) its splits.

    With o_j telling whether a row takes all splits on feature j, and z_j the share of data that does, feature i adds
    value (o_i - z_i) times the sum over sets S of the other features of |S|! (m - 1 - |S|)! / m! times the product of
    o_j within S and z_j outside. The sums by size of S are the coefficients of the product of (z_j + o_j t).
    """
    features = _features(leaf)
    count, codes = len(features), np.arange(1 << len(leaf.path))
    mask, share = np.zeros(count, np.int64), np.ones(count)
    for step, (_, feature, _, part) in enumerate(leaf.path):
        mask[features.index(feature)] |= 1 << step
        share[features.index(feature)] *= part
    takes = ((codes[:, None] & mask) == mask).astype(np.float64)
    weight = np.array([1 / (count * comb(count - 1, size)) for size in range(count)])
    table = np.empty((len(codes), count))
    for mine in range(count):
        sums = np.zeros((len(codes), count))
        sums[:, 0] = 1
        for other in range(count):
            if other != mine:
                longer = sums[:, :-1] * takes[:, other, None]
                sums *= share[other]
                sums[:, 1:] += longer
        table[:, mine] = leaf.value * (takes[:, mine] - share[mine]) * (sums @ weight)
    return table
