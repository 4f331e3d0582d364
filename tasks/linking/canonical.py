"""Given tags and declared interests brought to canonical tags."""

import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.linking.spelling import clean, fold
from slipstream.tasks.tables import Answer, ItemTag, Tag, TagJudgement, columns


def link_item_tags(
    item_tags: DataFrame[ItemTag], vocabulary: DataFrame[Tag], *, keep_unknown: bool = False
) -> DataFrame[ItemTag]:
    """Replace the tags given to items by their canonical ones.

    When two spellings become one tag, somebody who gave both counts once, with the larger weight and the earlier time.
    """
    linked = _link(item_tags, vocabulary, keep_unknown=keep_unknown)
    linked = linked.sort_values(
        ["item_id", "tag", "user_id", "weight", "at"], ascending=[True, True, True, False, True]
    )
    earliest = linked.groupby(["item_id", "tag", "user_id"])["at"].transform("min")
    linked["at"] = linked["at"].where(linked["user_id"].isna(), earliest)
    again = linked.duplicated(["item_id", "tag", "user_id"]) & linked["user_id"].notna()
    return ItemTag.validate(linked[~again][columns(ItemTag)].reset_index(drop=True))


def link_answers(
    answers: DataFrame[Answer], vocabulary: DataFrame[Tag], *, keep_unknown: bool = False
) -> DataFrame[Answer]:
    """Replace the tags of declared interests by their canonical ones."""
    linked = _link(answers, vocabulary, keep_unknown=keep_unknown)
    return Answer.validate(linked.sort_values(["user_id", "at", "question", "tag", "value"], ignore_index=True))


def link_judgements(judgements: DataFrame[TagJudgement], vocabulary: DataFrame[Tag]) -> DataFrame[TagJudgement]:
    """Replace the judged tags by their canonical ones; a tag that nobody gave stays itself."""
    linked = _link(judgements, vocabulary, keep_unknown=True)
    return TagJudgement.validate(linked.sort_values(columns(TagJudgement), ignore_index=True))


def _link(table: pd.DataFrame, vocabulary: DataFrame[Tag], *, keep_unknown: bool) -> pd.DataFrame:
    given = pd.Series(table["tag"].unique(), dtype="str")
    known = dict(zip(vocabulary["alias"].map(fold), vocabulary["tag"], strict=True))
    canonical = given.map(fold).map(known)
    if keep_unknown:
        canonical = canonical.where(canonical.notna(), given.map(clean))
    tag = table["tag"].map(dict(zip(given, canonical, strict=True)))
    known_rows = (tag.notna() & (tag != "")).to_numpy()
    return table.assign(tag=tag)[known_rows]
