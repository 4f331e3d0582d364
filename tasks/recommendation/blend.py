"""A weighted mean of what the sources say: the simplest way to listen to several of them."""

from collections.abc import Mapping

import numpy as np

from slipstream.tasks.recommendation.guard import Judged, Scores, user_ndcg
from slipstream.tasks.recommendation.history import Feature

STEPS = 10


def learn_blend(judged: Judged, shares: Mapping[str, Feature]) -> dict[str, float]:
    """Choose the weights of sources by greedy forward selection with replacement (Caruana 2004) on mean nDCG@10.

    `shares` holds a source's scores of the candidates, relative to the user's best one. A source joins at each of
    `STEPS` steps, also where none helps, and the best mixture on the way is kept. The weights add up to 1; where
    nothing tells the sources apart, all weigh the same.
    """
    chosen = dict.fromkeys(sorted(shares), 0)
    total = np.zeros(len(judged.user))
    best, kept = 0.0, dict(chosen)
    for _ in range(STEPS if chosen else 0):
        means = {name: float(user_ndcg(judged, _heard(total + shares[name])).sum()) for name in chosen}
        name = max(chosen, key=means.__getitem__)
        chosen[name] += 1
        total = total + shares[name]
        if means[name] > best:
            best, kept = means[name], dict(chosen)
    count = sum(kept.values())
    return {name: steps / count if count else 1 / len(kept) for name, steps in kept.items() if steps or not count}


def blend(weights: Mapping[str, float], shares: Mapping[str, Feature], size: int) -> Scores:
    """Weigh up the shares of `size` candidates; -inf where no weighed source proposes one."""
    total = np.zeros(size)
    for name in sorted(weights):
        total += weights[name] * shares.get(name, np.zeros(size, np.float32))
    return _heard(total)


def _heard(total: Scores) -> Scores:
    """Propose only what some source speaks for."""
    return np.where(total > 0, total, -np.inf)
