"""Judge lists by ranx, user by user: `python judge.py WANTED LISTS OUT`."""

import sys

import pandas as pd
from ranx import Qrels, Run, evaluate

METRICS = {"ndcg@10": "ndcg", "recall@10": "recall", "mrr@10": "mrr", "hit_rate@10": "hit_rate"}


def main(wanted: str, lists: str, out: str) -> None:
    """Read the wanted pairs and the lists, and write a row a user."""
    pairs = pd.read_parquet(wanted)
    truth: dict[str, dict[str, int]] = {}
    for user, item in zip(pairs["user_id"], pairs["item_id"], strict=True):
        truth.setdefault(user, {})[item] = 1
    shown: dict[str, dict[str, float]] = {user: {"": 0.0} for user in truth}
    listed = pd.read_parquet(lists)
    for user, item, rank in zip(listed["user_id"], listed["item_id"], listed["rank"], strict=True):
        if user in shown:
            shown[user][item] = 1 / rank
    run = Run(shown)
    evaluate(Qrels(truth), run, list(METRICS), make_comparable=True)
    judged = {column: pd.Series(run.scores[metric]) for metric, column in METRICS.items()}
    pd.DataFrame(judged).rename_axis("user_id").reset_index().to_parquet(out, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
