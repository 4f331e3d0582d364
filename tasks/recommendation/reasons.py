"""Why an item stands in a list: the strongest reason that is true and can be put into words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.kinds import parse_kinds
from slipstream.tasks.recommendation.contributions import FAMILIES, Values, contributions, family_of
from slipstream.tasks.recommendation.evidence import PAIR, Evidence, best_tags, nearest_touched
from slipstream.tasks.recommendation.guard import BLEND, RANKER
from slipstream.tasks.recommendation.ranker import RankingModel
from slipstream.tasks.recommendation.rules import PIN
from slipstream.tasks.recommendation.wording import Words, words_of
from slipstream.tasks.tables import Candidate, RankingFeature, Recommendation, columns

Sayings = npt.NDArray[np.object_]
PERSONAL = ("touched", "tags")
CLAIMS = ("trending", "fresh", "popular")
ALSO = 0.1


@dataclass(frozen=True, eq=False)
class Argument:
    """What one family of features says of rows: its weight and its words a row, "" where they would not be true."""

    family: str
    weight: Values
    saying: Sayings


def explain(
    ranked: DataFrame[Candidate],
    model: RankingModel,
    features: DataFrame[RankingFeature],
    evidence: Evidence,
    *,
    language: str,
    kinds: Mapping[str, Mapping[str, Any]],
) -> DataFrame[Recommendation]:
    """Add to each item of the lists a reason in words.

    Where the ranker placed an item, the SHAP values of its trees and the parts of the blend they start from are summed
    by family of features; the strongest positive family that the evidence supports speaks. Where it says the same to
    everybody, the strongest one that knows the user speaks too if its weight is `ALSO` of that at least. Where a single
    source placed the item, that source speaks; where a pin did, the editors do.
    """
    rows = pl.from_pandas(ranked).sort("user_id", "rank")
    words = words_of(language)
    heard = arguments(rows, model, features, evidence, words=words, kinds=kinds)
    own, mine = _strongest([argument for argument in heard if argument.family in PERSONAL], len(rows))
    claim, common = _strongest([argument for argument in heard if argument.family in CLAIMS], len(rows))
    reason = np.where(mine >= common, own, claim)
    both = (claim != "") & (own != "") & (mine < common) & (mine >= ALSO * common)
    reason[both] = [words.both(*pair) for pair in zip(claim[both], own[both], strict=True)]
    reason[reason == ""] = words.default
    reason[(rows["source"] == PIN).to_numpy()] = words.pinned
    frame = rows.to_pandas()[columns(Candidate)].assign(reason=pd.Series(reason, dtype="str"))
    return Recommendation.validate(frame[columns(Recommendation)])


def arguments(
    rows: pl.DataFrame,
    model: RankingModel,
    features: DataFrame[RankingFeature],
    evidence: Evidence,
    *,
    words: Words,
    kinds: Mapping[str, Mapping[str, Any]],
) -> list[Argument]:
    """Hear every family on listed rows: how much it speaks for each, and what of that can be shown."""
    described = rows.select(PAIR).join(pl.from_pandas(features), on=PAIR, how="left", maintain_order="left")
    weight = _weigh(model, features, described, rows)
    sayings = _sayings(rows, described, evidence, words, kinds)
    return [Argument(family, weight[family], sayings[family]) for family in FAMILIES]


def _strongest(heard: Sequence[Argument], rows: int) -> tuple[Sayings, Values]:
    """Choose for each row the words of the greatest positive weight, "" where there are none, and give that weight."""
    saying, weight = np.full(rows, "", dtype=object), np.zeros(rows)
    for argument in heard:
        better = (argument.weight > weight) & (argument.saying != "")
        saying[better] = argument.saying[better]
        weight[better] = argument.weight[better]
    return saying, weight


def _weigh(
    model: RankingModel, features: DataFrame[RankingFeature], described: pl.DataFrame, rows: pl.DataFrame
) -> dict[str, Values]:
    """Measure for each row how much each family speaks for it."""
    weight = {family: np.zeros(len(rows)) for family in FAMILIES}
    source = rows["source"].to_numpy()
    for family in FAMILIES:
        placed = np.array([family_of(f"source_{name}__") == family for name in source], dtype=bool)
        weight[family][placed] = np.inf
    chosen = np.flatnonzero((source == RANKER) | (source == BLEND))
    for column, values in contributions(model, features, described[chosen]).items() if len(chosen) else ():
        if family_of(column):
            weight[family_of(column)][chosen] += values
    return weight


def _sayings(
    rows: pl.DataFrame,
    described: pl.DataFrame,
    evidence: Evidence,
    words: Words,
    kinds: Mapping[str, Mapping[str, Any]],
) -> dict[str, Sayings]:
    """Write what each family would say of each row, "" where it would not be true."""
    titles = dict(zip(evidence.items["item_id"], evidence.items["title"], strict=True))
    verbs = {name: kind.verb for name, kind in parse_kinds(kinds).items()}
    touched = [
        words.because([(verbs.get(kind, ""), titles.get(item) or item) for item, kind in found])
        for found in nearest_touched(rows, evidence)
    ]
    tagged = [words.tagged(tag) if tag else "" for tag in best_tags(rows, evidence)]
    sayings = {"touched": np.array(touched, dtype=object), "tags": np.array(tagged, dtype=object)}
    for claim in CLAIMS:
        true = _proposed(rows, described, FAMILIES[claim][0])
        sayings[claim] = np.where(true, words.claims[claim], "").astype(object)
    return sayings


def _proposed(rows: pl.DataFrame, described: pl.DataFrame, start: str) -> np.ndarray:
    """Tell which rows a source whose column starts so proposes or placed."""
    ranks = [column for column in described.columns if column.startswith(start) and column.endswith("__rank")]
    proposed = rows["source"].str.starts_with(start.removeprefix("source_")).to_numpy()
    for column in ranks:
        proposed = proposed | (described[column].fill_null(0).to_numpy() > 0)
    return np.asarray(proposed, dtype=bool)
