"""What the other tags of an item say of a tag."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from slipstream.tasks.tagging.examples import Counts, Pairs
from slipstream.tasks.tagging.spaces import Rows
from slipstream.tasks.vectors import Matrix

TINY = 1e-6
NOTHING = 1e-3
LESS_ONE = "_less_one"


@dataclass(frozen=True, eq=False)
class Company:
    """Which tags keep company on some items: `axes` and `strengths` of their latent space, and P(another | tag)."""

    axes: Matrix
    strengths: Matrix
    together: Counts


def find_company(weighted: Counts, given: Counts, tags: Rows, size: int) -> Company:
    """Learn from items which tags go together; `tags` are those that may be asked for."""
    axes, strengths = _latent(weighted, size)
    return Company(axes, strengths, _tags_together(given, tags))


def _latent(matrix: Counts, size: int) -> tuple[Matrix, Matrix]:
    from sklearn.utils.extmath import randomized_svd

    size = min(size, *matrix.shape)
    if size < 1 or not matrix.nnz:
        return np.zeros((matrix.shape[1], 0), np.float32), np.zeros(0, np.float32)
    _, strengths, right = randomized_svd(matrix, size, n_iter=4, random_state=0)
    return np.asarray(right.T, dtype=np.float32), np.asarray(strengths, dtype=np.float32)


def _tags_together(given: Counts, tags: Rows) -> Counts:
    """Find how often another tag stands beside a tag, P(another | tag): shape (all tags, chosen tags)."""
    borne = given.copy()
    borne.data = np.ones_like(borne.data)
    count = np.bincount(borne.indices, minlength=borne.shape[1])
    together = (borne.T @ borne[:, tags]).tocoo()
    other = tags[together.col] != together.row
    share = together.data[other] / count[together.row[other]]
    return sparse.csr_matrix((share, (together.row[other], together.col[other])), together.shape, dtype=np.float32)


def compare_cotags(pairs: Pairs, company: Company, tags: Rows, rows: Rows) -> dict[str, Matrix]:
    """Compare each tag with the item's other tags; shape (rows, tags) each.

    `cotags` is their cosine in the latent space (LSI, Deerwester et al. 1990), `cotags_fit` the weight that the space,
    its weak axes held back, gives to the tag (a ridge regression on its axes), `cotags_vote` how often the item's
    other tags stand beside it. The pair itself is taken out of the item in closed form. The same names with
    "_less_one" forget one other given tag besides, drawn at random: what a pair nobody gave is to be learnt from.
    """
    given, forgotten = pairs.weighted[rows], pairs.forgotten[rows]
    weight = given[:, tags].toarray()
    lost = np.asarray(given[np.arange(len(rows)), forgotten], dtype=np.float32).reshape(-1, 1)
    folded = np.asarray(given @ company.axes, dtype=np.float32)
    sizes = [np.asarray(each.sum(axis=1), dtype=np.float32).reshape(-1, 1) for each in (given, given.multiply(given))]
    votes = (given @ company.together).toarray()
    less = folded - lost * company.axes[forgotten], votes - lost * company.together[forgotten].toarray()
    found = _compare(company, tags, (folded, votes, *sizes), weight)
    fewer = _compare(company, tags, (*less, sizes[0] - lost, sizes[1] - lost**2), np.zeros((1, 1), np.float32))
    return found | {name + LESS_ONE: values for name, values in fewer.items()}


def _compare(company: Company, tags: Rows, rest: tuple[Matrix, ...], weight: Matrix) -> dict[str, Matrix]:
    """Compare tags with what an item has without them: its folded-in vector, votes, sum and sum of squares."""
    folded, votes, total, square = rest
    axes, strengths = company.axes[tags], company.strengths
    scaled = axes * strengths
    held = axes * (strengths**2 / np.maximum(strengths**2 + np.median(strengths**2), TINY) if len(strengths) else 1)
    left = (folded**2).sum(axis=1)[:, None] - 2 * weight * (folded @ axes.T) + weight**2 * (axes**2).sum(axis=1)
    length = np.sqrt(np.maximum(left, 0) * (scaled**2).sum(axis=1))
    return {
        "cotags": _divide(_without(folded, axes, scaled, weight), length),
        "cotags_fit": _divide(_without(folded, axes, held, weight), np.sqrt(np.maximum(square - weight**2, 0))),
        "cotags_vote": _divide(votes, total - weight),
    }


def _without(folded: Matrix, axes: Matrix, scaled: Matrix, weight: Matrix) -> Matrix:
    return np.asarray(folded @ scaled.T - weight * (axes * scaled).sum(axis=1)[None, :], dtype=np.float32)


def _divide(values: Matrix, by: Matrix) -> Matrix:
    by = np.broadcast_to(by, values.shape)
    known = by > NOTHING
    return np.where(known, values / np.where(known, by, 1), 0).astype(np.float32)
