"""How well scored tags foresee the tags people gave later."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import Item, ItemTag, ItemTagScore, Metric, TagMention, columns, empty

Floats = npt.NDArray[np.float64]
ScoresOf = Callable[[pd.Index], DataFrame[ItemTagScore]]
CELLS = 5_000_000


def tag_quality(
    scores: Mapping[str, DataFrame[ItemTagScore] | ScoresOf],
    held_out: DataFrame[ItemTag],
    known: DataFrame[ItemTag],
    *,
    min_items: int = 1,
    k: int = 10,
    resamples: int = 1000,
    seed: int = 0,
) -> DataFrame[Metric]:
    """Measure named score tables by AUC and nDCG@k of each item's held-out tags among all not known of it.

    A table that would be too large as a whole may be a function of some items that makes their rows.
    The tags are those that at least min_items items bear in `known`; a pair without a score counts as scored 0. Ties
    are fair: half in the AUC, the expectation over random orders in the nDCG. Values are means over items with a 95 %
    interval (bootstrap over items, `resamples` draws); rows with a baseline hold the paired difference to it, for every
    ordered pair. Slices: all, and items with and without known tags where there are both.
    """
    bearers = known.drop_duplicates(["item_id", "tag"])["tag"].value_counts()
    judged = bearers.index[bearers >= min_items]
    truth = _Truth.read(held_out[held_out["tag"].isin(judged)], known[known["tag"].isin(judged)])
    if not len(truth.items) or not scores:
        return empty(Metric)
    measured = {name: _measure(truth, table, k) for name, table in sorted(scores.items())}
    draws = np.random.default_rng(seed).multinomial(
        len(truth.items), np.full(len(truth.items), 1 / len(truth.items)), resamples
    )
    rows = []
    for place, chosen in _slices(truth.items.isin(known["item_id"])).items():
        for name, values in measured.items():
            others: dict[str | None, dict[str, Floats]] = {None: {}, **{n: v for n, v in measured.items() if n != name}}
            for baseline, base in others.items():
                for metric, depth in (("auc", 0), ("ndcg", k)):
                    value = (values[metric] - base.get(metric, 0.0))[chosen]
                    rows.append((name, baseline, metric, depth, place, *_interval(value, draws[:, chosen]), len(value)))
    return Metric.validate(pd.DataFrame(rows, columns=columns(Metric)))


def compare_tag_scores(  # noqa: PLR0913 (five tables and four knobs)
    scores: Mapping[str, DataFrame[ItemTagScore]],
    held_out: DataFrame[ItemTag],
    known: DataFrame[ItemTag],
    mentions: DataFrame[TagMention],
    items: DataFrame[Item],
    *,
    min_items: int = 1,
    k: int = 10,
    resamples: int = 1000,
    seed: int = 0,
) -> DataFrame[Metric]:
    """Measure named score tables beside the baselines "counts", "tf-idf" and "popular"."""
    judged = items[items["item_id"].isin(held_out["item_id"])]
    tables: dict[str, DataFrame[ItemTagScore] | ScoresOf] = {
        "counts": count_scores(known, mentions),
        "tf-idf": tfidf_scores(known, mentions),
        "popular": lambda some: popular_tag_scores(known, judged[judged["item_id"].isin(some)]),
        **scores,
    }
    return tag_quality(tables, held_out, known, min_items=min_items, k=k, resamples=resamples, seed=seed)


def _measure(truth: "_Truth", scores: DataFrame[ItemTagScore] | ScoresOf, k: int) -> dict[str, Floats]:
    """Measure one score table on every item, some items at a time."""
    rows_of = scores if callable(scores) else lambda some: scores[scores["item_id"].isin(some)]
    measured = [part.measure(rows_of(part.items), k) for part in truth.parts()]
    return {metric: np.concatenate([values[metric] for values in measured]) for metric in measured[0]}


def _slices(tagged: npt.NDArray[np.bool_]) -> dict[str, npt.NDArray[np.bool_]]:
    """Name all items, and those with and without any known tag where there are both."""
    slices = {"all": np.ones(len(tagged), np.bool_)}
    return slices if tagged.all() or not tagged.any() else {**slices, "tagged items": tagged, "cold items": ~tagged}


def _interval(value: Floats, draws: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    low, high = np.quantile(draws @ value / np.maximum(draws.sum(axis=1), 1), [0.025, 0.975])
    return float(value.mean()), float(low), float(high)


@dataclass(frozen=True, eq=False)
class _Truth:
    """The items with held-out tags, all tags, and which pairs are held out or known (codes item * tags + tag)."""

    items: pd.Index
    tags: pd.Index
    held_out: npt.NDArray[np.int64]
    known: npt.NDArray[np.int64]

    @classmethod
    def read(cls, held_out: pd.DataFrame, known: pd.DataFrame) -> "_Truth":
        tags = pd.Index(sorted({*held_out["tag"], *known["tag"]}), dtype="str")
        items = pd.Index(sorted(set(held_out["item_id"])), dtype="str")
        held, before = _codes(held_out, items, tags), _codes(known, items, tags)
        held = np.setdiff1d(held, before)
        kept = np.unique(held // max(len(tags), 1))
        held, before = _codes(held_out, items[kept], tags), _codes(known, items[kept], tags)
        return cls(items[kept], tags, np.setdiff1d(held, before), before)

    def parts(self) -> "Iterator[_Truth]":
        """Cut into some items at a time."""
        width = max(len(self.tags), 1)
        step = max(CELLS // width, 1)
        for start in range(0, len(self.items), step):
            some = self.items[start : start + step]
            low, high = start * width, (start + len(some)) * width
            held, before = (codes[(codes >= low) & (codes < high)] - low for codes in (self.held_out, self.known))
            yield replace(self, items=some, held_out=held, known=before)

    def measure(self, scores: pd.DataFrame, k: int) -> dict[str, Floats]:
        """Measure one score table on every item."""
        blocks = self._blocks(scores)
        item, size, hits = (blocks[name].to_numpy(np.float64) for name in ("item", "size", "hits"))
        items = item.astype(np.int64)
        before = blocks.groupby("item")["size"].cumsum().to_numpy(np.float64) - size
        gone = blocks.groupby("item")["hits"].cumsum().to_numpy(np.float64) - hits
        total, right = np.bincount(items, size), np.bincount(items, hits)
        beaten = (total - right)[items] - (before - gone) - (size - hits) / 2
        wrong = total - right
        auc = np.bincount(items, hits * beaten) / np.where(wrong > 0, right * wrong, 1)
        discount = np.append(0.0, np.cumsum(1 / np.log2(np.arange(2, k + 2))))
        seen = discount[np.minimum(before + size, k).astype(int)] - discount[np.minimum(before, k).astype(int)]
        ideal = discount[np.minimum(right, k).astype(int)]
        return {"auc": np.where(wrong > 0, auc, 0.5), "ndcg": np.bincount(items, hits / size * seen) / ideal}

    def _blocks(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Cut each item's tags into blocks of equal score, best first: item, size, hits (held-out tags in it)."""
        table = scores[scores["score"] > 0]
        table = table[table["item_id"].isin(self.items) & table["tag"].isin(self.tags)]
        codes = _places(table, self.items, self.tags)[1]
        fresh = ~np.isin(codes, self.known)
        codes, score = codes[fresh], table["score"].to_numpy(np.float64)[fresh]
        scored = pd.DataFrame({"item": codes // len(self.tags), "score": score, "hit": np.isin(codes, self.held_out)})
        grouped = scored.groupby(["item", "score"], sort=True)["hit"].agg(["size", "sum"]).reset_index()
        grouped = grouped.set_axis(["item", "score", "size", "hits"], axis=1)
        blocks = pd.concat([grouped, self._unscored(grouped)]).sort_values(["item", "score"], ascending=[True, False])
        return blocks[blocks["size"] > 0].reset_index(drop=True)

    def _unscored(self, grouped: pd.DataFrame) -> pd.DataFrame:
        each, tags = np.arange(len(self.items)), len(self.tags)
        count = tags - np.bincount(self.known // tags, minlength=len(each))
        hits = np.bincount(self.held_out // tags, minlength=len(each))
        item = grouped["item"].to_numpy(np.int64)
        size = count - np.bincount(item, grouped["size"], len(each))
        return pd.DataFrame(
            {"item": each, "score": 0.0, "size": size, "hits": hits - np.bincount(item, grouped["hits"], len(each))}
        )


def _codes(table: pd.DataFrame, items: pd.Index, tags: pd.Index) -> npt.NDArray[np.int64]:
    known, codes = _places(table, items, tags)
    return np.unique(codes[known])


def _places(
    table: pd.DataFrame, items: pd.Index, tags: pd.Index
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Tell which rows are of known items and tags, and their codes."""
    row = items.get_indexer(pd.Index(table["item_id"])).astype(np.int64)
    column = tags.get_indexer(pd.Index(table["tag"])).astype(np.int64)
    return (row >= 0) & (column >= 0), row * len(tags) + column


def count_scores(known: DataFrame[ItemTag], mentions: DataFrame[TagMention]) -> DataFrame[ItemTagScore]:
    """Score tags by how often they were given and mentioned: a baseline, scaled to at most 1."""
    counts = _counts(known, mentions)
    return _baseline(counts, np.log1p(counts["count"]), "counts")


def tfidf_scores(known: DataFrame[ItemTag], mentions: DataFrame[TagMention]) -> DataFrame[ItemTagScore]:
    """Score tags by TF-IDF of how often they were given and mentioned: a baseline, scaled to at most 1."""
    counts = _counts(known, mentions)
    items = counts.groupby("tag")["item_id"].transform("size")
    score = np.log1p(counts["count"]) * (1 + np.log((1 + counts["item_id"].nunique()) / (1 + items)))
    return _baseline(counts, score, "tf-idf")


def _counts(known: DataFrame[ItemTag], mentions: DataFrame[TagMention]) -> pd.DataFrame:
    given, mentioned = known[["item_id", "tag"]], mentions[["item_id", "tag"]]
    both = pd.concat([given.assign(count=known["weight"]), mentioned.assign(count=mentions["count"].astype(float))])
    return both.groupby(["item_id", "tag"], sort=True)["count"].sum().reset_index()


def popular_tag_scores(known: DataFrame[ItemTag], items: DataFrame[Item]) -> DataFrame[ItemTagScore]:
    """Score the tags of every item by how many items bear them: a baseline, scaled to at most 1."""
    borne = known[["item_id", "tag"]].drop_duplicates().groupby("tag", sort=True).size().rename("score").reset_index()
    table = items[["item_id"]].sort_values("item_id").merge(borne, how="cross")
    return _baseline(table, table["score"], "popular")


def _baseline(table: pd.DataFrame, score: pd.Series, evidence: str) -> DataFrame[ItemTagScore]:
    if table.empty:
        return empty(ItemTagScore)
    scaled = (score / score.max()).astype("float32")
    return ItemTagScore.validate(
        table[["item_id", "tag"]].assign(score=scaled, evidence=evidence).reset_index(drop=True)
    )
