"""LightGBM trees by LambdaRank that improve on a given order, and how they are grown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from slipstream.tasks.recommendation.guard import Scores
from slipstream.tasks.recommendation.history import Numbers
from slipstream.tasks.recommendation.samples import Sample

if TYPE_CHECKING:
    import lightgbm as lgb

FOLDS = 3


@dataclass(frozen=True)
class Trees:
    """How the trees of a ranker are grown.

    A tree has `leaves` of at least `smallest_leaf` candidates each and adds `learning_rate` of itself; there are
    `rounds` of them at most, and no more once `patience` rounds have brought nothing. They learn to order the best
    `truncation` places. At most `teachers` users teach, and about
    `others` of the candidates of each that brought no gain. `without` names groups of
    features that the trees do not see, like "tags" or "embedding_*".
    """

    leaves: int = 15
    smallest_leaf: int = 50
    learning_rate: float = 0.05
    rounds: int = 400
    patience: int = 20
    truncation: int = 20
    others: int = 80
    teachers: int = 6000
    without: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be grown."""
        least = {field.name: 2 if field.name == "leaves" else 1 for field in fields(self) if field.type is int}
        wrong = next((name for name, bound in least.items() if getattr(self, name) < bound), None)
        if wrong:
            raise ValueError(f"{wrong} {getattr(self, wrong)} of the trees must be at least {least[wrong]}")
        if not 0 < self.learning_rate <= 1:
            raise ValueError(f"learning_rate {self.learning_rate} of the trees must lie between 0 and 1, like 0.05")

    def sees(self, column: str) -> bool:
        """Tell whether a feature, <group>__<name>, is none of those left out."""
        group = column.partition("__")[0]
        return not any(fnmatchcase(group, pattern) for pattern in self.without)


def parse_trees(given: Mapping[str, Any]) -> Trees:
    """Change some options of how trees usually are grown, {"leaves": 31} for instance."""
    known = sorted(field.name for field in fields(Trees))
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"trees have no option {unknown[0]!r}; the options are {', '.join(known)}")
    return Trees(**given)


def dataset(sample: Sample, start: Scores, trees: Trees) -> "lgb.Dataset":
    """Hand the features that trees see to LightGBM, which starts from given scores."""
    import lightgbm as lgb

    seen = [place for place, name in enumerate(sample.names) if trees.sees(name)]
    return lgb.Dataset(
        sample.features if len(seen) == len(sample.names) else sample.features[:, seen],
        sample.gain,
        weight=sample.weight,
        group=sample.groups(),
        init_score=start,
        feature_name=[sample.names[place] for place in seen],
        params={"verbosity": -1},
    )


def grow(data: "lgb.Dataset", trees: Trees, gains: Sequence[float], *, rounds: int, seed: int) -> "lgb.Booster":
    """Grow so many trees from all the data."""
    import lightgbm as lgb

    return lgb.train(_parameters(trees, gains, seed), data, rounds)


def grow_apart(
    data: "lgb.Dataset", user: Numbers, fold: Numbers, trees: Trees, gains: Sequence[float], *, seed: int
) -> "lgb.CVBooster | None":
    """Grow trees without each fold of users, all in the number of rounds that is best on average.

    `user` is that of each candidate, `fold` that of each user. None where a fold is empty or holds everybody.
    """
    import lightgbm as lgb

    parts = [(fold == number)[user] for number in range(fold.max() + 1 if len(fold) else FOLDS)]
    if not all(part.any() and not part.all() for part in parts):
        return None
    result = lgb.cv(
        _parameters(trees, gains, seed),
        data,
        trees.rounds,
        folds=[(np.flatnonzero(~part), np.flatnonzero(part)) for part in parts],
        callbacks=[lgb.early_stopping(trees.patience, verbose=False)],
        return_cvbooster=True,
    )
    return cast("lgb.CVBooster", result["cvbooster"])


def _parameters(trees: Trees, gains: Sequence[float], seed: int) -> dict[str, Any]:
    """Set LightGBM up: LambdaRank, and the same trees whatever the number of threads."""
    return {
        "objective": "lambdarank",
        "metric": "ndcg",
        "eval_at": [10],
        "label_gain": list(gains),
        "lambdarank_truncation_level": trees.truncation,
        "num_leaves": trees.leaves,
        "learning_rate": trees.learning_rate,
        "max_bin": 63,
        "min_data_in_leaf": trees.smallest_leaf,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "bagging_by_query": True,
        "lambda_l2": 1.0,
        "seed": seed,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
