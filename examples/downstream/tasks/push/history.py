"""What the push team knows by itself: earlier pushes, what was read, headlines and the editors' tags."""

import numpy as np
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Interaction, Item, ItemTag
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding
from tasks.push.vectors import cosine, pool
from tasks.tables import PUSH, Push, PushFeature

PRIOR = 5.0


def describe_history(
    pushes: DataFrame[Push],
    earlier: DataFrame[Push],
    interactions: DataFrame[Interaction],
    items: DataFrame[Item],
    item_tags: DataFrame[ItemTag],
    headlines: ItemEmbedding,
) -> DataFrame[PushFeature]:
    """Describe pushes by how their reader and article fared before: counts, smoothed open rates, headlines."""
    sent, before, read = named(pushes), named(earlier), pl.from_pandas(interactions[["user_id", "item_id"]])
    known = pl.from_pandas(items[["item_id", "language", "published_at"]])
    tags = pl.from_pandas(item_tags[["item_id", "tag"]]).unique()
    table = sent.with_columns(hour=pl.col("at").dt.hour().cast(pl.Float32)).join(known, on="item_id", how="left")
    for keys in (["user_id"], ["item_id"], ["user_id", "hour"]):
        table = table.join(open_rates(before, keys), on=keys, how="left")
    for keys in (["user_id"], ["item_id"]):
        table = table.join(read.group_by(keys).agg(pl.len().alias(f"{keys[0]}__reads")), on=keys, how="left")
    table = table.join(language_shares(read, known), on=["user_id", "language"], how="left")
    table = table.join(tag_rates(sent, before, tags), on=PUSH, how="left")
    age = (pl.col("at") - pl.col("published_at")).dt.total_seconds() / 3600
    table = table.with_columns(age_hours=age).drop("language", "published_at", "kind").sort(PUSH)
    opened = before.filter(pl.col("opened") == 1)
    for name, traces in (("opened", opened), ("read", read)):
        near = cosine(table["user_id"], table["item_id"], as_users(traces, headlines), headlines)
        table = table.with_columns(pl.Series(f"headline__{name}", near))
    return as_features(table)


def named(pushes: DataFrame[Push]) -> pl.DataFrame:
    """Take pushes with what became of them as a number, and their hour."""
    table = pl.from_pandas(pushes)
    opened = (pl.col("kind") == "opened").cast(pl.Int8)
    return table.with_columns(opened=opened, hour=pl.col("at").dt.hour().cast(pl.Float32))


def open_rates(before: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Count what was sent and opened by some keys: how many, and the share drawn towards the mean of all."""
    mean = float(before["opened"].mean() or 0.0)
    rate = (pl.col("opened").sum() + PRIOR * mean) / (pl.len() + PRIOR)
    name = "_".join(keys)
    return before.group_by(keys).agg(pl.len().alias(f"{name}__sent"), rate.alias(f"{name}__rate"))


def tag_rates(sent: pl.DataFrame, before: pl.DataFrame, tags: pl.DataFrame) -> pl.DataFrame:
    """Average how often each reader opened earlier pushes with the same editors' tags."""
    rates = open_rates(before.join(tags, on="item_id"), ["user_id", "tag"])
    found = sent.select(PUSH).join(tags, on="item_id").join(rates, on=["user_id", "tag"])
    return found.group_by(PUSH).agg(pl.col("user_id_tag__rate").mean(), pl.col("user_id_tag__sent").sum())


def language_shares(read: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Tell which share of each reader's reading was in which language."""
    counts = read.join(known, on="item_id").group_by("user_id", "language").len()
    return counts.select("user_id", "language", language__share=pl.col("len") / pl.col("len").sum().over("user_id"))


def as_users(traces: pl.DataFrame, headlines: ItemEmbedding) -> UserEmbedding:
    """Place readers among the headlines they left a trace on."""
    return pool(traces["user_id"].to_numpy(), traces["item_id"].to_numpy(), headlines)


def as_features(table: pl.DataFrame) -> DataFrame[PushFeature]:
    """Hand a table over with every feature as float32, in the order of the pushes."""
    keys = [*PUSH, "opened"]
    features = [pl.col(name).cast(pl.Float32) for name in sorted(set(table.columns) - set(keys) - {"kind"})]
    frame = table.sort(PUSH).select(*keys, *features).to_pandas()
    return PushFeature.validate(frame.astype({"opened": np.int8}))
