"""Why an item stands in a list: the strongest reason that is true and can be put into words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.kinds import parse_kinds
from slipstream.tasks.recommendation.contributions import FAMILIES, Contributions, family_of
from slipstream.tasks.recommendation.evidence import PAIR, Evidence, Likeness, best_tags, nearest_touched
from slipstream.tasks.recommendation.guard import BLEND, RANKER
from slipstream.tasks.recommendation.ranker import RankingModel
from slipstream.tasks.recommendation.rules import PIN
from slipstream.tasks.recommendation.wording import Words, words_of
from slipstream.tasks.shap import Values
from slipstream.tasks.tables import Candidate, Interaction, RankingFeature, Recommendation, UserTagScore, columns
from slipstream.tasks.user_blocks import ByUser, cut_by_user, rows_of

Sayings = npt.NDArray[np.object_]
Truth = npt.NDArray[np.bool_]
PERSONAL = ("touched", "tags")
CLAIMS = ("trending", "fresh", "popular")
ALSO = 0.1
ROWS = 20_000


@dataclass(frozen=True, eq=False)
class Argument:
    """What one family of features says of rows: its weight and its words a row, "" where they would not be true."""

    family: str
    weight: Values
    saying: Sayings


def explain(
    ranked: DataFrame[Candidate],
    model: RankingModel,
    features: Iterable[DataFrame[RankingFeature]],
    interactions: Iterable[DataFrame[Interaction]],
    user_tags: Iterable[DataFrame[UserTagScore]],
    likeness: Likeness,
    *,
    language: str,
    kinds: Mapping[str, Mapping[str, Any]],
) -> Iterator[DataFrame[Recommendation]]:
    """Add to each item of the lists a reason in words.

    Where the ranker placed an item, the SHAP values of its trees and the parts of the blend they start from are summed
    by family of features; the strongest positive family that the evidence supports speaks. Where it says the same to
    everybody, the strongest one that knows the user speaks too if its weight is `ALSO` of that at least. Where a single
    source placed the item, that source speaks; where a pin did, the editors do. Features, traces and interests come in
    blocks, sorted by user. The lists are written some users at a time.
    """
    rows, words = pl.from_pandas(ranked).sort("user_id", "rank"), words_of(language)
    contributions = Contributions(model, family_of)
    described = ByUser(_of_listed(features, rows.select(PAIR)), rows=ROWS)
    past, interests = ByUser(interactions), ByUser(user_tags)
    for part in cut_by_user(rows, rows=ROWS):
        last = part["user_id"][-1] if len(part) else ""
        evidence = Evidence(past.until(last), interests.until(last), likeness)
        heard = arguments(part, contributions, described.until(last), evidence, words=words, kinds=kinds)
        frame = part.to_pandas()[columns(Candidate)].assign(reason=pd.Series(_reasons(part, heard, words), dtype="str"))
        yield Recommendation.validate(frame[columns(Recommendation)])


def _of_listed(features: Iterable[DataFrame[RankingFeature]], rows: pl.DataFrame) -> Iterator[pd.DataFrame]:
    """Keep the features of what is listed: of some hundred candidates a user, those of some twenty."""
    for block in features:
        pairs = pl.from_pandas(block[PAIR]).with_row_index("place")
        listed = pairs.join(rows_of(rows, block), on=PAIR, how="semi", maintain_order="left")
        yield block.iloc[listed["place"].to_numpy()]


def _reasons(rows: pl.DataFrame, heard: Sequence[Argument], words: Words) -> Sayings:
    """Choose the words of each row."""
    own, mine = _strongest([argument for argument in heard if argument.family in PERSONAL], len(rows))
    claim, common = _strongest([argument for argument in heard if argument.family in CLAIMS], len(rows))
    reason = np.where(mine >= common, own, claim)
    both = (claim != "") & (own != "") & (mine < common) & (mine >= ALSO * common)
    reason[both] = [words.both(*pair) for pair in zip(claim[both], own[both], strict=True)]
    reason[reason == ""] = words.default
    reason[(rows["source"] == PIN).to_numpy()] = words.pinned
    return reason


def arguments(
    rows: pl.DataFrame,
    contributions: Contributions,
    features: DataFrame[RankingFeature],
    evidence: Evidence,
    *,
    words: Words,
    kinds: Mapping[str, Mapping[str, Any]],
) -> list[Argument]:
    """Hear every family on rows: how much it speaks for each, and what of that can be shown."""
    weight, true = _placed(rows)
    chosen = pl.col("source").is_in([RANKER, BLEND]).alias("chosen")
    described = rows.select(*PAIR, chosen).with_row_index("row").join(pl.from_pandas(features), on=PAIR)
    place = described["row"].to_numpy()
    for claim in CLAIMS:
        true[claim][place] |= _proposed(described, FAMILIES[claim][0])
    by_model = described.filter("chosen")
    for family, values in contributions(by_model).items():
        weight[family][by_model["row"].to_numpy()] += values
    sayings = _sayings(rows, true, evidence, words, kinds)
    return [Argument(family, weight[family], sayings[family]) for family in FAMILIES]


def _strongest(heard: Sequence[Argument], rows: int) -> tuple[Sayings, Values]:
    """Choose for each row the words of the greatest positive weight, "" where there are none, and give that weight."""
    saying, weight = np.full(rows, "", dtype=object), np.zeros(rows)
    for argument in heard:
        better = (argument.weight > weight) & (argument.saying != "")
        saying[better] = argument.saying[better]
        weight[better] = argument.weight[better]
    return saying, weight


def _placed(rows: pl.DataFrame) -> tuple[dict[str, Values], dict[str, Truth]]:
    """Tell by the source that placed a row which family speaks for it above all, and which claims are true of it."""
    weight = {family: np.zeros(len(rows)) for family in FAMILIES}
    for source in rows["source"].unique():
        if family := family_of(f"source_{source}__"):
            weight[family][(rows["source"] == source).to_numpy()] = np.inf
    starts = {claim: FAMILIES[claim][0].removeprefix("source_") for claim in CLAIMS}
    return weight, {claim: rows["source"].str.starts_with(start).to_numpy().copy() for claim, start in starts.items()}


def _sayings(
    rows: pl.DataFrame,
    true: Mapping[str, Truth],
    evidence: Evidence,
    words: Words,
    kinds: Mapping[str, Mapping[str, Any]],
) -> dict[str, Sayings]:
    """Write what each family would say of each row, "" where it would not be true."""
    titles = evidence.likeness.titles
    verbs = {name: kind.verb for name, kind in parse_kinds(kinds).items()}
    pairs = (
        [(verbs.get(kind, ""), titles.get(item) or item) for item, kind in found]
        for found in nearest_touched(rows, evidence)
    )
    touched = [*map(words.because, pairs)]
    tagged = [words.tagged(tag) if tag else "" for tag in best_tags(rows, evidence)]
    sayings = {"touched": np.array(touched, dtype=object), "tags": np.array(tagged, dtype=object)}
    for claim in CLAIMS:
        sayings[claim] = np.where(true[claim], words.claims[claim], "").astype(object)
    return sayings


def _proposed(described: pl.DataFrame, start: str) -> Truth:
    """Tell which described rows a source whose column starts so proposes."""
    ranks = [column for column in described.columns if column.startswith(start) and column.endswith("__rank")]
    proposed = np.zeros(len(described), dtype=bool)
    for column in ranks:
        proposed |= described[column].fill_null(0).to_numpy() > 0
    return proposed
