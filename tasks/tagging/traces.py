"""Traces of people as weights on tags, and the words that name them."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.kinds import Kind
from slipstream.tasks.tables import Answer, QueryTag

PAIRS = 200_000


def declared_traces(
    answers: DataFrame[Answer], query_tags: DataFrame[QueryTag], kinds: Mapping[str, Kind], as_of: datetime
) -> pd.DataFrame:
    """Weigh what people declared and searched for: (user_id, tag, weight, words), one row a user, tag and wording.

    The last answer to a question about a tag counts. Weights fade by the half-life of their kind; of one kind at most
    `cap` latest traces of a user on a tag count.
    """
    said = (
        answers[answers["at"] < as_of]
        .sort_values(["at", "value"])
        .drop_duplicates(["user_id", "question", "tag"], keep="last")
    )
    sought = query_tags[query_tags["at"] < as_of].assign(value=1.0)
    chose, searched = kinds["answer"].verb, kinds["search"].verb
    parts = [
        _weigh(said.assign(words=[f"{chose} {tag}" for tag in said["tag"]]), kinds["answer"], as_of),
        _weigh(sought.assign(words=[f"{searched} {query!r}" for query in sought["query"]]), kinds["search"], as_of),
    ]
    table = pd.concat(parts, ignore_index=True).astype({"user_id": "str", "tag": "str", "words": "str"})
    return table.groupby(["user_id", "tag", "words"], sort=True)["weight"].sum().reset_index()


def _weigh(traces: pd.DataFrame, kind: Kind, as_of: datetime) -> pd.DataFrame:
    days = (pd.Timestamp(as_of) - traces["at"]).dt.total_seconds().to_numpy(np.float64) / 86_400
    fading = 0.5 ** (days / kind.half_life_days) if kind.half_life_days else np.ones(len(traces))
    traces = traces.assign(weight=kind.weight * traces["value"].to_numpy(np.float64) * fading)
    traces = traces.sort_values(["user_id", "tag", "at", "words", "weight"], ascending=[True, True, False, True, True])
    if kind.cap:
        traces = traces[traces.groupby(["user_id", "tag"]).cumcount() < kind.cap]
    return traces[["user_id", "tag", "weight", "words"]]


def trace_words(
    pairs: pd.DataFrame,
    made: pd.DataFrame,
    said: pd.DataFrame,
    item_tags: pd.DataFrame,
    items: pd.DataFrame,
    kinds: Mapping[str, Kind],
) -> pd.Series:
    """Name for each (user_id, tag) the two traces that contributed most, "" where none did."""
    verbs = {name: kind.verb for name, kind in kinds.items()}
    titles = pl.DataFrame({"item_id": items["item_id"].to_list(), "title": items["title"].to_list()}, schema=TITLES)
    traces = (
        pl.from_pandas(made[["user_id", "item_id", "kind", "weight"]])
        .group_by("user_id", "item_id", "kind")
        .agg(pl.col("weight").cast(pl.Float64).sort().sum())
        .join(titles, on="item_id", how="left", maintain_order="left")
        .with_columns(verb=pl.col("kind").replace_strict(verbs, default="chose", return_dtype=pl.String))
        .select("user_id", "item_id", "weight", words=pl.format("{} {}", "verb", pl.coalesce("title", "item_id")))
    )
    borne = pl.from_pandas(item_tags[["item_id", "tag", "score"]])
    spoken = pl.from_pandas(said[["user_id", "tag", "weight", "words"]])
    blocks = [pl.from_pandas(pairs.iloc[start : start + PAIRS]) for start in range(0, len(pairs), PAIRS)]
    words = [_strongest(block.select("user_id", "tag"), traces, borne, spoken) for block in blocks]
    return pd.Series(pl.concat(words).to_list() if words else [], index=pairs.index, dtype="str")


TITLES = {"item_id": pl.String, "title": pl.String}


def _strongest(asked: pl.DataFrame, traces: pl.DataFrame, borne: pl.DataFrame, spoken: pl.DataFrame) -> pl.Series:
    by_item = (
        traces.filter(pl.col("weight") > 0)
        .join(asked.select("user_id").unique(), on="user_id", how="semi")
        .join(borne.join(asked.select("tag").unique(), on="tag", how="semi"), on="item_id")
        .join(asked, on=["user_id", "tag"], how="semi")
        .select("user_id", "tag", "words", added=pl.col("weight") * pl.col("score"))
    )
    by_word = spoken.filter(pl.col("weight") > 0).select("user_id", "tag", "words", added="weight")
    best = (
        pl.concat([by_item, by_word.join(asked, on=["user_id", "tag"], how="semi")], how="vertical_relaxed")
        .filter(pl.col("added") > 0)
        .sort(["user_id", "tag", "added", "words"], descending=[False, False, True, False])
        .unique(["user_id", "tag", "words"], keep="first", maintain_order=True)
        .group_by("user_id", "tag", maintain_order=True)
        .agg(pl.col("words").head(2).str.join("; "))
    )
    return asked.join(best, on=["user_id", "tag"], how="left", maintain_order="left")["words"].fill_null("")
