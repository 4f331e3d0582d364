"""What the rules keep out of lists, and what that changed."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.rules import OFFERED, PIN, TAGGED, Rule
from slipstream.tasks.tables import (
    Candidate,
    CatalogueItem,
    Interaction,
    ItemTag,
    Offer,
    Refusal,
    RuleCount,
    columns,
)

PAIR = ["user_id", "item_id"]
SCHEMA = {"rule": pl.String, "item_id": pl.String, "user_id": pl.String}


def refusals(
    rules: Sequence[Rule],
    catalogue: DataFrame[CatalogueItem],
    item_tags: DataFrame[ItemTag],
    offers: DataFrame[Offer],
    *,
    as_of: datetime,
) -> DataFrame[Refusal]:
    """List the items of the catalogue that each rule refuses, to everybody or to their owners.

    The tags of an item are those that somebody gave it; what expires at `as_of` has expired.
    """
    tags, terms = pl.from_pandas(item_tags[["item_id", "tag"]]), pl.from_pandas(offers)
    items = pl.from_pandas(catalogue)
    parts = [pl.DataFrame(schema=SCHEMA)]
    for rule in rules:
        refused = _refused(rule, items, tags, terms, as_of).join(items, on="item_id", how="semi").unique()
        parts.append(refused.select(pl.lit(rule.name).alias("rule"), *list(SCHEMA)[1:]))
    found = pl.concat(parts)
    barred = found.filter(pl.col("user_id").is_null())["item_id"].n_unique()
    if len(items) and barred == len(items):
        names = ", ".join(repr(name) for name in found["rule"].unique(maintain_order=True).to_list())
        raise ValueError(f"the rules {names} refuse all {barred} items of the catalogue; see to their ids and tags")
    return Refusal.validate(found.sort("rule", "item_id", "user_id").to_pandas())


def _refused(rule: Rule, items: pl.DataFrame, tags: pl.DataFrame, terms: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    everybody = pl.lit(None, dtype=pl.String).alias("user_id")
    named = pl.col("tag" if rule.kind in TAGGED else "item_id").is_in(list(rule.names))
    if rule.kind == "own":
        return terms.filter(pl.col("user_id").is_not_null()).select(PAIR)
    if rule.kind == "expire":
        return terms.filter(pl.col("expires_at") <= as_of).select("item_id", everybody)
    if rule.kind == "never":
        return tags.filter(named).select("item_id", everybody)
    if rule.kind == "only":
        return items.join(tags.filter(named), on="item_id", how="anti").select("item_id", everybody)
    return items.filter(named if rule.kind == "hide" else pl.lit(value=False)).select("item_id", everybody)


def offered(catalogue: DataFrame[CatalogueItem], refused: DataFrame[Refusal]) -> DataFrame[CatalogueItem]:
    """Keep the items that no rule refuses to everybody."""
    barred = refused.loc[refused["user_id"].isna(), "item_id"]
    return CatalogueItem.validate(catalogue[~catalogue["item_id"].isin(barred)].reset_index(drop=True))


def refuse(
    candidates: pl.DataFrame, interactions: DataFrame[Interaction], refused: Sequence[DataFrame[Refusal]]
) -> pl.DataFrame:
    """Add the `rule` by which a candidate may not be served, "seen" if the user touched it; null where it may."""
    seen = pl.from_pandas(interactions[PAIR]).unique().with_columns(pl.lit("seen").alias("seen"))
    barred = pl.concat([pl.DataFrame(schema=SCHEMA), *map(pl.from_pandas, refused)]).sort("rule", maintain_order=True)
    own = barred.filter(pl.col("user_id").is_not_null()).unique(PAIR, keep="first", maintain_order=True)
    common = barred.filter(pl.col("user_id").is_null()).unique("item_id", keep="first", maintain_order=True)
    judged = (
        candidates.join(common.select("item_id", common="rule"), on="item_id", how="left", maintain_order="left")
        .join(own.select(*PAIR, own="rule"), on=PAIR, how="left", maintain_order="left")
        .join(seen, on=PAIR, how="left", maintain_order="left")
    )
    return judged.with_columns(pl.coalesce("common", "own", "seen").alias("rule")).drop("common", "own", "seen")


def allow(
    candidates: pl.DataFrame, interactions: DataFrame[Interaction], refused: Sequence[DataFrame[Refusal]]
) -> pl.DataFrame:
    """Leave out what the user has touched already, and what a rule refuses."""
    return refuse(candidates, interactions, refused).filter(pl.col("rule").is_null()).drop("rule")


def count_rules(
    rules: Sequence[Rule],
    catalogue: DataFrame[CatalogueItem],
    item_tags: DataFrame[ItemTag],
    refused: DataFrame[Refusal],
    before: DataFrame[Candidate],
    after: DataFrame[Candidate],
) -> DataFrame[RuleCount]:
    """Count what each rule did.

    `items` of the catalogue are concerned; `unknown` are the named ids or tags that no item of it has. Of a rule that
    refuses, `rows` are the places it emptied in the lists as they would be `before` all rules; of a pin, the lists that
    show the item `after` them. `users` are those whose list that is.
    """
    barred, lists, known = pl.from_pandas(refused), pl.from_pandas(before), pl.from_pandas(catalogue)
    bearing = pl.from_pandas(item_tags[["item_id", "tag"]]).join(known, on="item_id", how="semi")["tag"]
    pinned = pl.from_pandas(after).filter(pl.col("source") == PIN)
    rows = []
    for rule in rules:
        mine = barred.filter(pl.col("rule") == rule.name)
        here = set((bearing if rule.kind in TAGGED else known["item_id"]).to_list())
        unknown = 0 if rule.kind in OFFERED else len(set(rule.names) - here)
        if rule.kind == PIN:
            hit = _pins_of(rule, pinned)
            rows.append((rule.name, len(rule.names) - unknown, unknown, len(hit), hit["user_id"].n_unique()))
            continue
        common, own = mine.filter(pl.col("user_id").is_null()), mine.filter(pl.col("user_id").is_not_null())
        hit = pl.concat([lists.join(common, on="item_id", how="semi"), lists.join(own, on=PAIR, how="semi")])
        rows.append((rule.name, mine["item_id"].n_unique(), unknown, len(hit), hit["user_id"].n_unique()))
    return RuleCount.validate(pl.DataFrame(rows, schema=columns(RuleCount), orient="row").to_pandas())


def _pins_of(rule: Rule, pinned: pl.DataFrame) -> pl.DataFrame:
    """Find the places that one pin has."""
    mine = pinned.filter(pl.col("item_id").is_in(list(rule.names)))
    return mine.filter(pl.col("user_id").is_in(list(rule.users))) if rule.users else mine
