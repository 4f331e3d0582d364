"""Every list judged on the same files by the same evaluator, and one table of what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from slipstream.tasks.evaluation.catalogue import judge_catalogue
from slipstream.tasks.evaluation.comparison import compare, pool_users
from slipstream.tasks.evaluation.trial import Trial
from slipstream.tasks.evaluation.users import judge_users

K = 10
OURS = "recommend"
MEANS = {"ndcg": "nDCG@10", "recall": "recall@10", "mrr": "MRR", "hit_rate": "hit rate", "novelty": "novelty"}
SPENT = ["fit_seconds", "fit_cpu", "recommend_seconds", "recommend_cpu", "peak_megabytes"]
HEADINGS = (
    *("", "nDCG@10", "recall@10", "MRR", "hit rate", "coverage", "novelty", f"{OURS} above it"),
    *("fit s (CPU)", "recommend s (CPU)", "MB"),
)


@dataclass(frozen=True)
class Split:
    """The tables of one cut, for the judge."""

    name: str
    train: pd.DataFrame
    truth: pd.DataFrame
    catalogue: pd.DataFrame
    facts: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path, facts: Mapping[str, Any]) -> "Split":
        """Read what `splits` wrote."""
        tables = (pd.read_parquet(folder / f"{name}.parquet") for name in ("train", "truth", "catalogue"))
        return cls(facts["cut"], *tables, facts)

    def trial(self, lists: pd.DataFrame) -> Trial:
        """Set lists against what came next."""
        return Trial(lists, self.truth, self.train, self.catalogue)


@dataclass(frozen=True)
class Result:
    """The lists of one source at every cut with what they took at each, or why there are none."""

    source: str
    lists: Mapping[str, pd.DataFrame]
    spent: Sequence[Mapping[str, float]]
    failure: str = ""


def judge(splits: Sequence[Split], results: Sequence[Result]) -> pd.DataFrame:
    """Judge all sources: one row each, ours first and then the best first; those that failed come last."""
    good = [result for result in results if not result.failure]
    qualities = [users_of(split, result) for result in good for split in splits]
    seed = splits[0].facts["seed"]
    means = pool_users(qualities, resamples=1000, seed=seed)
    others = [result.source for result in good if result.source != OURS]
    leads = compare(qualities, baselines=others, resamples=1000, seed=seed)
    rows = [row(result, splits, means, leads) for result in good]
    table = pd.DataFrame(rows).sort_values(["ndcg", "source"], ascending=[False, True])
    table = pd.concat([table[table["source"] == OURS], table[table["source"] != OURS]])
    failed = [{"source": result.source, "failure": result.failure} for result in results if result.failure]
    return pd.DataFrame([*table.assign(failure="").to_dict("records"), *failed])


def users_of(split: Split, result: Result) -> pd.DataFrame:
    """Judge each user's list of one source at one cut."""
    judging = {"relevant": split.facts["relevant"], "cold_below": split.facts["cold_below"]}
    trial = split.trial(result.lists[split.name])
    return judge_users(trial, source=result.source, cut=split.name, ks=(K,), **judging)


def row(result: Result, splits: Sequence[Split], means: pd.DataFrame, leads: pd.DataFrame) -> dict[str, Any]:
    """Gather the numbers of one source: means over users, coverage and cost as means over cuts."""
    own = means[(means["source"] == result.source) & (means["slice"] == "all")].set_index("metric")
    found: dict[str, Any] = {"source": result.source, "users": int(own.loc["ndcg", "count"])}
    for name in MEANS:
        found[name] = own.loc[name, "value"]
        found |= {f"{name}_{end}": own.loc[name, end] for end in ("low", "high")}
    found["coverage"] = sum(coverage(split, result) for split in splits) / len(splits)
    lead = leads[(leads["baseline"] == result.source) & (leads["slice"] == "all") & (leads["metric"] == "ndcg")]
    for name in ("value", "low", "high"):
        found[f"lead_{name}"] = lead[name].iloc[0] if len(lead) else None
    costs = pd.DataFrame(result.spent)
    return found | {name: costs[name].max() if name == SPENT[-1] else costs[name].mean() for name in SPENT}


def coverage(split: Split, result: Result) -> float:
    """Measure the share of the catalogue that anybody is shown."""
    trial = split.trial(result.lists[split.name])
    shown = judge_catalogue(trial, source=result.source, ks=(K,), relevant=split.facts["relevant"])
    return float(shown.loc[shown["metric"] == "coverage", "value"].iloc[0])


def markdown(table: pd.DataFrame) -> str:
    """Write the table for people."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    lines += ["| " + " | ".join(_cells(each)) + " |" for each in table.to_dict("records")]
    return "\n".join(lines) + "\n"


def _cells(each: Mapping[str, Any]) -> list[str]:
    if each["failure"]:
        return [each["source"], f"failed: {each['failure'].replace('|', '/')}", *[""] * (len(HEADINGS) - 2)]
    lead = "" if pd.isna(each["lead_value"]) else _interval(each, "lead", "lead_value", sign="+")
    shares = [_interval(each, name, name) for name in ("ndcg", "recall", "mrr", "hit_rate")]
    seconds = [_seconds(each[f"{part}_seconds"], each[f"{part}_cpu"]) for part in ("fit", "recommend")]
    shown = [_share(each["coverage"]), f"{each['novelty']:.1f}"]
    return [each["source"], *shares, *shown, lead, *seconds, f"{each['peak_megabytes']:,.0f}"]


def _interval(each: Mapping[str, Any], name: str, value: str, sign: str = "") -> str:
    middle, low, high = (_share(each[key], sign) for key in (value, f"{name}_low", f"{name}_high"))
    return f"{middle} [{low}, {high}]"


def _share(value: float, sign: str = "") -> str:
    return f"{value:{sign}.4f}".replace("0.", ".", 1)


def _seconds(wall: float, cpu: float) -> str:
    return f"{wall:,.1f}" if pd.isna(cpu) else f"{wall:,.1f} ({cpu:,.1f})"
