"""How well a tag fits an item, learnt from what people said when they were asked."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import TagFeature, TagJudgement
from slipstream.tasks.tagging.affinity import fit_affinity
from slipstream.tasks.tagging.calibration import fit_line
from slipstream.tasks.tagging.learning import Learnt, LearntParts, free_popularity, train
from slipstream.tasks.tagging.model import Fit, feature_names, fit_pairs

Floats = npt.NDArray[np.float64]
FEWEST_JUDGED = 100
ROUNDS = 250
KNOBS = {
    "objective": "cross_entropy",
    "learning_rate": 0.04,
    "num_leaves": 16,
    "max_depth": -1,
    "min_data_in_leaf": 30,
    "lambda_l2": 5.0,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
}
SHRINKAGE = 5.0
MIDDLE = 0.5


def fit_judged(
    features: DataFrame[TagFeature],
    judgements: DataFrame[TagJudgement],
    *,
    relevant: float,
    irrelevant: float,
    positives: int,
    negatives: int,
    seed: int,
) -> Fit:
    """Learn from judgements, several of one pair averaged, and calibrate to the chance that the tag is relevant.

    Judgements of at least `relevant` say that the tag fits, of at most `irrelevant` that it does not, and those between
    count in part. Beside the features, the model sees how many gave the tag, how many tags the item has, how the tag
    was judged on items of other folds, and what the models without judgements say (`fit_pairs`, `fit_affinity`).
    """
    known = average_judgements(features, judgements)
    affinity = fit_affinity(features, positives=positives, seed=seed)
    given = fit_pairs(features, positives=positives, negatives=negatives, seed=seed)
    columns = _columns(features, {"affinity": affinity.probability, "given": given.probability})
    learnt = _learn(features, columns, known, seed)
    position, score = known["position"].to_numpy(), known["score"].to_numpy()
    label = np.clip((score - irrelevant) / (relevant - irrelevant), 0, 1)
    calibrate = fit_line(learnt.raw[position], label, np.ones(len(label)))
    return Fit(calibrate(learnt.raw), lambda rows: learnt.parts(rows).drop(columns=["stacked", "fusion"]), blind=False)


def is_learnable(judgements: DataFrame[TagJudgement], features: DataFrame[TagFeature]) -> bool:
    """Tell whether enough pairs are judged, and differently, to learn from them."""
    known = average_judgements(features, judgements)
    return len(known) >= FEWEST_JUDGED and known["score"].min() < known["score"].max()


def average_judgements(features: DataFrame[TagFeature], judgements: DataFrame[TagJudgement]) -> pd.DataFrame:
    """Average the judgements of each described pair: (position, score), in the order of the features."""
    mean = judgements.groupby(["item_id", "tag"])["score"].mean()
    judged = features.index[features["judged"] > 0]
    pairs = pd.MultiIndex.from_frame(features.loc[judged, ["item_id", "tag"]])
    return pd.DataFrame({"position": judged.to_numpy(np.int64), "score": mean.reindex(pairs).to_numpy(np.float64)})


def _columns(features: DataFrame[TagFeature], stacked: dict[str, Floats]) -> pd.DataFrame:
    """Put together what is known of the pairs without judgements."""
    support = features["support"].to_numpy(np.float64)
    borne = features.groupby("item_id", sort=False)["support"].transform("sum").to_numpy(np.float64)
    known = features[feature_names(features)].assign(
        given_support=np.log1p(support),
        popularity_tagged=np.log1p(np.maximum(borne - support, 0)),
        fusion=features["fusion"],
    )
    return known.assign(**{f"stacked_{name}": np.log(np.clip(each, 1e-6, 1)) for name, each in stacked.items()})


def _learn(features: DataFrame[TagFeature], columns: pd.DataFrame, known: pd.DataFrame, seed: int) -> Learnt:
    """Train one model a fold on the judgements of the other folds."""
    fold, tag = features["fold"].to_numpy(np.int64), pd.factorize(features["tag"])[0]
    position, score = known["position"].to_numpy(), known["score"].to_numpy()
    level = (score - score.min()) / (score.max() - score.min())
    judged_fold = fold[position]
    sums, counts = (np.zeros((int(fold.max()) + 1, int(tag.max()) + 1)) for _ in range(2))
    np.add.at(sums, (judged_fold, tag[position]), level - MIDDLE)
    np.add.at(counts, (judged_fold, tag[position]), 1.0)
    names, matrix = (
        [*columns, "stacked_tag"],
        np.column_stack([columns.to_numpy(np.float32), np.zeros(len(columns), np.float32)]),
    )
    raw, boosters = np.zeros(len(features)), {}
    for each in np.unique(fold):
        mine, others = fold == each, judged_fold != each
        left_sums, left_counts = sums.sum(axis=0) - sums[each], counts.sum(axis=0) - counts[each]
        lesson = matrix[position[others]]
        at = judged_fold[others], tag[position[others]]
        lesson[:, -1] = (left_sums[at[1]] - sums[at]) / (left_counts[at[1]] - counts[at] + SHRINKAGE)
        boosters[int(each)] = train(
            lesson, level[others], names, ROUNDS, {**KNOBS, "seed": seed, **free_popularity(names)}
        )
        matrix[mine, -1] = left_sums[tag[mine]] / (left_counts[tag[mine]] + SHRINKAGE)
        raw[mine] = boosters[int(each)].predict(matrix[mine], raw_score=True)
    return Learnt(raw, raw[position], LearntParts(matrix, fold, names, boosters))
