"""How well scored tags agree with people who were asked."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.evaluation.intervals import draw_weights
from slipstream.tasks.evaluation.tag_quality import count_scores, tfidf_scores
from slipstream.tasks.tables import Item, ItemTag, ItemTagScore, Metric, TagJudgement, TagMention, columns, empty

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
FOLDS = 10
METRICS = ("auc", "spearman", "accuracy_within_tag", "accuracy_within_item", "mae")


def survey_quality(
    scores: Mapping[str, DataFrame[ItemTagScore]],
    judgements: DataFrame[TagJudgement],
    known: DataFrame[ItemTag],
    items: pd.Series,
    *,
    relevant: float = 4.0,
    irrelevant: float = 2.0,
    resamples: int = 300,
    seed: int = 0,
) -> DataFrame[Metric]:
    """Measure named score tables against the averaged judgements of each pair of the given items.

    "auc" is the chance that a pair judged at least `relevant` has a higher score than one judged at most `irrelevant`,
    over all such pairs; the accuracies are the same among pairs of one tag, or of one item. "spearman" is the rank
    correlation with the judgement, "mae" the mean error in its units of an isotonic curve fitted on other items
    (10 folds). A pair without a score counts as 0. Slices: all, "cold" pairs that nobody gave, "given" ones.
    Intervals of 95 % by bootstrap over items (over tags for the accuracy within them); rows with a baseline hold the
    paired difference.
    """
    pairs = _read(judgements[judgements["item_id"].isin(items)], known, scores)
    slices = {
        "all": np.ones(len(pairs), np.bool_),
        "cold": ~pairs["given"].to_numpy(),
        "given": pairs["given"].to_numpy(),
    }
    rows = []
    for name, chosen in slices.items():
        part = pairs.loc[chosen].reset_index(drop=True)
        label = np.select([part["score"] >= relevant, part["score"] <= irrelevant], [1.0, 0.0], np.nan)
        if np.isin([0.0, 1.0], label).all():
            rows += _compare({source: _draws(part, label, source, resamples, seed) for source in sorted(scores)}, name)
    return Metric.validate(pd.DataFrame(rows, columns=columns(Metric))) if rows else empty(Metric)


def compare_in_survey(
    scores: Mapping[str, DataFrame[ItemTagScore]],
    judgements: DataFrame[TagJudgement],
    known: DataFrame[ItemTag],
    mentions: DataFrame[TagMention],
    items: DataFrame[Item],
    *,
    relevant: float = 4.0,
    irrelevant: float = 2.0,
    seed: int = 0,
) -> DataFrame[Metric]:
    """Measure named score tables beside the baselines "counts" and "tf-idf" against judgements of the items."""
    tables = {"counts": count_scores(known, mentions), "tf-idf": tfidf_scores(known, mentions), **scores}
    ids = items["item_id"]
    return survey_quality(tables, judgements, known, ids, relevant=relevant, irrelevant=irrelevant, seed=seed)


def _read(judgements: pd.DataFrame, known: pd.DataFrame, scores: Mapping[str, DataFrame[ItemTagScore]]) -> pd.DataFrame:
    """Average the judgements of each pair and look up its scores: item, tag, score, given and one column a source."""
    pairs = judgements.groupby(["item_id", "tag"], sort=True)["score"].mean()
    at = pairs.index
    found = {f"of {name}": table.set_index(["item_id", "tag"])["score"].reindex(at) for name, table in scores.items()}
    given = at.isin(pd.MultiIndex.from_frame(known[["item_id", "tag"]]))
    table = pd.DataFrame({"score": pairs, "given": given, **found}).fillna(0.0).reset_index()
    return table.assign(item=pd.factorize(table["item_id"])[0], tag_code=pd.factorize(table["tag"])[0])


def _compare(draws: Mapping[str, Mapping[str, tuple[Floats, int]]], place: str) -> list[tuple[object, ...]]:
    """List every source's metrics, alone and beside every other source; the first draw is the value itself."""
    rows: list[tuple[object, ...]] = []
    for source, mine in draws.items():
        for baseline in (None, *(other for other in draws if other != source)):
            for metric, (values, count) in mine.items():
                against = values if baseline is None else values - draws[baseline][metric][0]
                low, high = np.quantile(against[1:], [0.025, 0.975])
                rows.append((source, baseline, metric, 0, place, float(against[0]), float(low), float(high), count))
    return rows


def _draws(part: pd.DataFrame, label: Floats, source: str, resamples: int, seed: int) -> dict[str, tuple[Floats, int]]:
    """Compute each metric on the pairs as they are and on resamples: {metric: (values, count)}."""
    from scipy.stats import rankdata

    score, judged = part[f"of {source}"].to_numpy(np.float64), part["score"].to_numpy(np.float64)
    item, tag = part["item"].to_numpy(np.int64), part["tag_code"].to_numpy(np.int64)
    sides = np.flatnonzero(~np.isnan(label))
    order = _Order.of(score[sides], label[sides] == 1)
    ranks = rankdata(score), rankdata(judged)
    error = _errors(score, judged, item)
    right = {name: _concordance(score[sides], label[sides] == 1, each[sides]) for name, each in
             {"accuracy_within_tag": tag, "accuracy_within_item": item}.items()}  # fmt: skip
    found: dict[str, list[float]] = {name: [] for name in METRICS}
    for weight in _weights(int(item.max()) + 1, resamples, seed):
        found["auc"].append(order.area(weight[item[sides]]))
        found["spearman"].append(_correlation(*ranks, weight[item]))
        found["accuracy_within_item"].append(_share(*right["accuracy_within_item"], weight))
        found["mae"].append(float(np.average(error, weights=weight[item])))
    for weight in _weights(int(tag.max()) + 1, resamples, seed):
        found["accuracy_within_tag"].append(_share(*right["accuracy_within_tag"], weight))
    counts = {"auc": len(sides), "accuracy_within_item": len(sides), "accuracy_within_tag": len(sides)}
    return {name: (np.asarray(values), counts.get(name, len(part))) for name, values in found.items()}


def _weights(clusters: int, resamples: int, seed: int) -> list[Floats]:
    """List the weights of clusters: all 1 first, then of each resample; a resample of nothing is left out."""
    drawn = [row for block in draw_weights(clusters, resamples=resamples, seed=seed) for row in block if row.any()]
    return [np.ones(clusters), *drawn]


@dataclass(frozen=True, eq=False)
class _Order:
    """Pairs by rising score, and where each run of equal scores starts."""

    order: Codes
    starts: Codes
    is_right: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, score: Floats, is_right: npt.NDArray[np.bool_]) -> "_Order":
        order = np.argsort(score, kind="stable")
        starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf) > 0)
        return cls(order, starts, is_right[order])

    def area(self, weight: Floats) -> float:
        """Give the area under the ROC curve, ties counting half."""
        sorted_weight = weight[self.order]
        right = np.add.reduceat(sorted_weight * self.is_right, self.starts)
        wrong = np.add.reduceat(sorted_weight * ~self.is_right, self.starts)
        below = np.cumsum(wrong) - wrong / 2
        return float((right * below).sum() / max(right.sum() * wrong.sum(), 1e-12))


def _correlation(first: Floats, second: Floats, weight: Floats) -> float:
    a, b = first - np.average(first, weights=weight), second - np.average(second, weights=weight)
    both = np.sqrt(np.average(a * a, weights=weight) * np.average(b * b, weights=weight))
    return float(np.average(a * b, weights=weight) / both) if both > 0 else 0.0


def _concordance(score: Floats, is_right: npt.NDArray[np.bool_], group: Codes) -> tuple[Floats, Floats]:
    """Count in each group the pairs of a relevant and an irrelevant row in right order, ties half, and all of them."""
    table = pd.DataFrame({"group": group, "rank": score, "right": is_right})
    table["rank"] = table.groupby("group")["rank"].rank()
    rights, wrongs = (np.bincount(group, side).astype(np.float64) for side in (is_right, ~is_right))
    above = np.bincount(group, table["rank"] * is_right) - rights * (rights + 1) / 2
    return np.asarray(above, dtype=np.float64), rights * wrongs


def _share(right: Floats, total: Floats, weight: Floats) -> float:
    whole = float((total * weight[: len(total)]).sum())
    return float((right * weight[: len(total)]).sum() / whole) if whole else 0.5


def _errors(score: Floats, judged: Floats, item: Codes) -> Floats:
    """Predict each judgement by an isotonic curve over the scores of other items, and give the absolute errors."""
    from sklearn.isotonic import IsotonicRegression

    fold, predicted = item % FOLDS, np.full(len(score), judged.mean())
    for each in np.unique(fold):
        mine = fold == each
        if (~mine).any():
            curve = IsotonicRegression(out_of_bounds="clip").fit(score[~mine], judged[~mine])
            predicted[mine] = curve.predict(score[mine])
    return np.abs(predicted - judged)
