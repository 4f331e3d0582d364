"""Traces as weighted interactions: what a kind is worth, how it fades, how many of it count."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.data.ordering import coded, sort_rows
from slipstream.tasks.kinds import Kind
from slipstream.tasks.ranges import Stored, by_user, pieces
from slipstream.tasks.tables import Answer, Event, Interaction, KindContribution, Search, columns

DAY = 86_400_000_000  # microseconds
TRACE = ("user_id", "item_id", "kind", "at")
VALUE = pl.col("value").cast(pl.Float64)
FACTS = (
    ("weight", pl.Float64),
    ("half_life_days", pl.Float64),
    ("cap", pl.Int64),
    ("by_value", pl.Boolean),
    ("strength", pl.String),
)
NO_VALUE = pl.lit(None, dtype=pl.Float64).alias("value")


def weigh(
    events: DataFrame[Event], searches: DataFrame[Search], *, kinds: Mapping[str, Kind], as_of: datetime
) -> DataFrame[Interaction]:
    """Weigh the traces before as_of; a search that opened an item is a trace of kind "search".

    A trace weighs w / 2 ** (age / h): w is its kind's weight, h its half-life (0: it never fades), age counts to as_of.
    Where the kind goes by value, the weight is multiplied by log2(1 + value / median): plays, seconds or pages relative
    to what is usual with that user. The same trace given twice counts once, with the larger value, and of a user, item
    and kind only the newest `cap` count (0: all).
    """
    weighed = _interactions(pl.from_pandas(events), pl.from_pandas(searches), kinds, as_of)
    return Interaction.validate(weighed.to_pandas())


def weigh_by_user(
    events: Stored, searches: Stored, *, kinds: Mapping[str, Kind], as_of: datetime
) -> Iterator[pd.DataFrame]:
    """Weigh the traces before as_of as `weigh` does, some users at a time."""
    return pieces(_interactions(acts, asked, kinds, as_of) for acts, asked in by_user(events, searches))


def _interactions(
    events: pl.DataFrame, searches: pl.DataFrame, kinds: Mapping[str, Kind], as_of: datetime
) -> pl.DataFrame:
    found = searches.filter(pl.col("item_id").is_not_null())
    opened = found.with_columns(pl.lit("search").alias("kind"), NO_VALUE).select(*TRACE, VALUE)
    weighed = _weigh(pl.concat([events.select(*TRACE, VALUE), opened]), kinds, as_of)
    return weighed.with_columns(pl.col("weight").cast(pl.Float32)).select(columns(Interaction))


def contribution(
    interactions: Iterable[DataFrame[Interaction]],
    answers: DataFrame[Answer],
    *,
    kinds: Mapping[str, Kind],
    as_of: datetime,
) -> DataFrame[KindContribution]:
    """Sum what each kind contributes to all weights, absolutely; answers count as kind "answer".

    The interactions come in frames. The cap of answers counts those of one user and tag; they touch no item, so their
    `items` is 0. Kinds without a trace have no row.
    """
    chosen = pl.from_pandas(answers).select(
        "user_id", pl.col("tag").alias("item_id"), pl.lit("answer").alias("kind"), "at", NO_VALUE
    )
    declared = _weigh(chosen, kinds, as_of).with_columns(pl.lit(None, dtype=pl.String).alias("item_id"))
    table = _count(chain(map(pl.from_pandas, interactions), [declared]))
    total = float(table["weight"].sum()) or 1.0
    worth = {name: float(kind.weight) for name, kind in kinds.items()}
    fading = {name: float(kind.half_life_days) for name, kind in kinds.items()}
    shares = table.with_columns(
        (pl.col("weight") / total).clip(0, 1).alias("share"),
        pl.col("kind").replace_strict(worth, return_dtype=pl.Float64).alias("worth"),
        pl.col("kind").replace_strict(fading, return_dtype=pl.Float64).alias("half_life_days"),
    )
    return KindContribution.validate(shares.sort("kind").select(columns(KindContribution)).to_pandas())


def _count(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Count the traces, users and items of each kind, and add up its weights; one frame at a time is held."""
    sums: list[pl.DataFrame] = []
    users: list[pl.DataFrame] = []
    items = pl.DataFrame(schema={"kind": pl.String, "item_id": pl.String})
    for frame in frames:
        traces = frame.sort("kind", "user_id", "item_id", "weight").group_by("kind", "strength", maintain_order=True)
        sums.append(traces.agg(pl.len().cast(pl.Int64).alias("traces"), pl.col("weight").cast(pl.Float64).abs().sum()))
        users.append(frame.select("kind", "user_id").unique())
        items = pl.concat([items, frame.select("kind", "item_id").drop_nulls().unique()]).unique()
    table = pl.concat(sums).group_by("kind", "strength", maintain_order=True).sum()
    for name, pairs in (("users", pl.concat(users).unique()), ("items", items)):
        table = table.join(pairs.group_by("kind").agg(pl.len().cast(pl.Int64).alias(name)), on="kind", how="left")
    return table.with_columns(pl.col("items").fill_null(0))


def _weigh(traces: pl.DataFrame, kinds: Mapping[str, Kind], as_of: datetime) -> pl.DataFrame:
    unknown = sorted(set(traces["kind"].unique()) - set(kinds))
    if unknown:
        raise ValueError(
            f"{len(unknown)} kinds of trace have no worth (first: {unknown[0]!r}); add it to kinds, "
            f"known are {', '.join(sorted(kinds))}"
        )
    names = traces["kind"].unique().sort().to_list()
    codes = {name: coded(traces[name]) for name in TRACE[:-1]}
    numbered = traces.select("at", "value").with_columns(**codes).with_row_index("row")
    past = numbered.filter(pl.col("at") < pd.Timestamp(as_of).tz_convert("UTC").to_pydatetime())
    past = _distinct(sort_rows(past, [*TRACE, "value"]))
    worth = {fact: pl.Series([getattr(kinds[name], fact) for name in names], dtype=dtype) for fact, dtype in FACTS}
    base, half, cap, by_value, strength = (series.gather(past["kind"]).alias(fact) for fact, series in worth.items())
    age = (pl.lit(as_of).dt.convert_time_zone("UTC") - pl.col("at")).dt.total_microseconds() / DAY
    fade = pl.when(half > 0).then(pl.lit(0.5).pow(age / half)).otherwise(1.0)
    weight = past.select((base * fade * (_relative(by_value) if by_value.any() else 1.0)).alias("weight")).to_series()
    kept = (cap == 0) | (_age_rank(past) <= cap)
    found = traces.select(*TRACE)[past["row"].filter(kept)]
    return found.with_columns(strength=strength.filter(kept), weight=weight.filter(kept))


def _distinct(traces: pl.DataFrame) -> pl.DataFrame:
    """Keep of sorted traces that differ in value alone one, with the largest; a missing value is the smallest."""
    starts = _starts(traces, TRACE)
    if len(starts) == len(traces):
        return traces
    largest = np.fmax.reduceat(traces["value"].fill_null(np.nan).to_numpy(), starts)
    return traces[starts].with_columns(pl.Series("value", largest).fill_nan(None))


def _starts(traces: pl.DataFrame, names: Sequence[str]) -> npt.NDArray[np.intp]:
    """Find where in sorted traces the values of some columns are new."""
    is_new = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in names)
    return np.flatnonzero(traces.select(is_new).to_series().to_numpy())


def _relative(by_value: pl.Series) -> pl.Expr:
    """Relate the value of a trace to what is usual with its user, where its kind goes by value."""
    usual = pl.col("value").median().over("user_id", "kind")
    relative = (1 + pl.col("value").clip(0) / usual).log(2)
    return pl.when(by_value & (usual > 0)).then(relative.fill_null(1.0)).otherwise(1.0)


def _age_rank(traces: pl.DataFrame) -> pl.Series:
    """Count sorted traces of the same user, item and kind from the newest on, which is 1."""
    starts = _starts(traces, TRACE[:-1])
    lengths = np.diff(np.append(starts, len(traces)))
    return pl.Series(np.repeat(starts + lengths, lengths) - np.arange(len(traces)), dtype=pl.Int64)
