"""Our evaluator against ranx, user by user."""

from pathlib import Path

import pandas as pd

from benchmarks.quality.peers import CACHE, call, interpreter
from benchmarks.quality.verdict import Result, Split, users_of

METRICS = {"ndcg": "nDCG@10", "recall": "recall@10", "mrr": "MRR", "hit_rate": "hit rate"}


def largest_differences(split: Split, folder: Path, result: Result, *, seconds: float) -> dict[str, float]:
    """Judge a source's lists at one cut by ranx, too; give the largest difference of any user for each metric."""
    out = CACHE / "ranx"
    out.mkdir(parents=True, exist_ok=True)
    result.lists[split.name][["user_id", "item_id", "rank"]].to_parquet(out / "lists.parquet", index=False)
    script = str(Path(__file__).parent / "peers/ranx/judge.py")
    paths = [str(folder / "wanted.parquet"), str(out / "lists.parquet"), str(out / "judged.parquet")]
    call([str(interpreter("ranx")), script, *paths], seconds=seconds)
    return compare_users(users_of(split, result), pd.read_parquet(out / "judged.parquet"))


def compare_users(ours: pd.DataFrame, theirs: pd.DataFrame) -> dict[str, float]:
    """Find the largest difference of each metric; both judge the same users, or it is an error."""
    ours = ours[ours["slice"] == "all"].set_index("user_id").sort_index()
    theirs = theirs.set_index("user_id").sort_index()
    if list(ours.index) != list(theirs.index):
        alone = sorted(set(ours.index).symmetric_difference(theirs.index))
        raise ValueError(f"{len(alone)} users are judged by one evaluator only (first: {alone[0]!r})")
    return {shown: float((ours[name] - theirs[name]).abs().max()) for name, shown in METRICS.items()}
