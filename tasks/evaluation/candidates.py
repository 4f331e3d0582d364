"""How much of the truth each source proposes: no ranker can do better than its candidates."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.evaluation.trial import PAIR, Trial, list_relevant
from slipstream.tasks.tables import Metric, columns

POOL = "pool"
NORMAL = 1.96


def judge_candidates(trial: Trial, *, relevant: Sequence[str]) -> DataFrame[Metric]:
    """Measure the candidate_recall of each source of a pool, and of all of them together as "pool".

    That is the share of a user's reachable relevant items that are proposed, averaged over users who want any. k is the
    largest number of candidates of a user, low and high lie 1.96 standard errors around the mean.
    """
    wanted = list_relevant(trial, relevant=relevant).filter("reachable").select(PAIR)
    pool = pl.from_pandas(pd.DataFrame(trial.recommendations)[[*PAIR, "source"]])
    together = pool.select(PAIR).unique().with_columns(pl.lit(POOL).alias("source"))
    count = wanted.group_by("user_id").len("wanted").sort("user_id")
    rows: list[tuple[str, int, float, float, int]] = []
    for source, proposed in [*pool.sort("source").group_by("source", maintain_order=True), ((POOL,), together)]:
        found = wanted.join(proposed.select(PAIR), on=PAIR, how="semi").group_by("user_id").len("found")
        each = count.join(found, on="user_id", how="left").sort("user_id").with_columns(pl.col("found").fill_null(0))
        if len(each) and len(proposed):
            share = (each["found"] / each["wanted"]).to_numpy()
            error = float(share.std() / np.sqrt(len(share)))
            deepest = proposed.group_by("user_id").len()["len"].to_numpy().max()
            rows.append((str(source[0]), int(deepest), float(share.mean()), error, len(share)))
    table = pd.DataFrame(rows, columns=["source", "k", "value", "error", "count"])
    table = table.assign(metric="candidate_recall", baseline=None, slice="all")
    bounds = {"low": table["value"] - NORMAL * table["error"], "high": table["value"] + NORMAL * table["error"]}
    return Metric.validate(table.assign(**bounds)[columns(Metric)])
