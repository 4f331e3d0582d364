"""Canonical tags and the spellings that stand for them."""

import re

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from rapidfuzz import fuzz, process

from slipstream.tasks.linking.spelling import clean, fold
from slipstream.tasks.tables import ItemTag, Tag, columns, empty

NUMBERS = re.compile(r"\d+")
BLOCK = 1000


def collect_tags(
    dictionary: DataFrame[Tag],
    item_tags: DataFrame[ItemTag],
    *,
    similarity: float = 95.0,
    min_length: int = 8,
    min_items: int = 1,
) -> DataFrame[Tag]:
    """Join the spellings of a dictionary and of given tags under canonical tags.

    The dictionary always wins. Other spellings are one tag when they differ only in width, case, blanks or hyphens,
    and nearly so when both have at least `min_length` letters, begin with the same one, hold the same numbers and
    reach a `similarity` (0 to 100, Indel ratio; above 100 joins none). The spelling on most items is canonical.
    Aliases are folded spellings. Tags on fewer than `min_items` items are left out.
    """
    fixed = _read_dictionary(dictionary)
    spellings = _count_spellings(item_tags)
    used = spellings.groupby("alias")["items"].transform("sum")
    spellings = spellings[(used >= min_items) | spellings["alias"].isin(fixed.index)]
    heads = _join(spellings, fixed, similarity, min_length)
    table = pd.concat([fixed.rename("tag"), heads[~heads.index.isin(fixed.index)]]).rename_axis("alias").reset_index()
    if table.empty:
        return empty(Tag)
    return Tag.validate(table[columns(Tag)].sort_values(columns(Tag), ignore_index=True))


def _read_dictionary(dictionary: DataFrame[Tag]) -> pd.Series:
    """Map folded spelling to canonical tag; a tag is a spelling of itself."""
    tags = dictionary["tag"].map(clean)
    pairs = pd.DataFrame(
        {"alias": [*dictionary["alias"].map(fold), *tags.map(fold)], "tag": [*tags, *tags]}, dtype="str"
    )
    pairs = pairs[pairs["alias"] != ""].drop_duplicates().sort_values(["alias", "tag"])
    twice = pairs[pairs["alias"].duplicated(keep=False)]
    if len(twice):
        alias = twice["alias"].iloc[0]
        tags_of_alias = " and ".join(repr(tag) for tag in twice.loc[twice["alias"] == alias, "tag"])
        raise ValueError(f"spelling {alias!r} of the dictionary stands for {tags_of_alias}; keep one of them")
    return pairs.set_index("alias")["tag"]


def _count_spellings(item_tags: DataFrame[ItemTag]) -> pd.DataFrame:
    """Count on how many items each clean spelling stands: (spelling, alias, key, items), most used first."""
    items = item_tags[["item_id", "tag"]].drop_duplicates().groupby("tag", sort=True).size()
    table = pd.DataFrame({"spelling": [clean(tag) for tag in items.index], "items": items.to_numpy()})
    table = table.astype({"spelling": "str"}).groupby("spelling")["items"].sum().reset_index()
    table["alias"] = table["spelling"].map(fold).astype("str")
    table["key"] = table["alias"].str.replace(" ", "")
    table = table[table["alias"] != ""]
    return table.sort_values(["items", "spelling"], ascending=[False, True], ignore_index=True)


def _join(spellings: pd.DataFrame, fixed: pd.Series, similarity: float, min_length: int) -> pd.Series:
    """Map each mined alias to its canonical tag, the most used spellings choosing first."""
    tag_of = {str(alias).replace(" ", ""): str(tag) for alias, tag in fixed[::-1].items()}
    first = spellings.drop_duplicates("key").set_index("key")["spelling"]
    used = spellings.groupby("key")["items"].sum()
    mined = sorted(first.index[~first.index.isin(list(tag_of))], key=lambda key: (-used[key], first[key]))
    rank = {key: place for place, key in enumerate([*sorted(tag_of), *mined])}
    near = _near_duplicates(list(rank), similarity, min_length)
    heads = set(tag_of)
    for key in mined:
        standing = [other for other in near.get(key, ()) if other in heads]
        if standing:
            tag_of[key] = tag_of[min(standing, key=rank.__getitem__)]
        else:
            tag_of[key] = first[key]
            heads.add(key)
    tags = spellings.drop_duplicates("alias").set_index("alias")["key"].map(tag_of)
    return tags.astype("str").rename("tag")


def _near_duplicates(keys: list[str], similarity: float, min_length: int) -> dict[str, list[str]]:
    """Find for each key the others that are nearly the same spelling."""
    kinds: dict[tuple[str, ...], list[str]] = {}
    for key in sorted(keys):
        if len(key) >= min_length:
            kinds.setdefault((key[0], *NUMBERS.findall(key)), []).append(key)
    near: dict[str, list[str]] = {}
    for alike in kinds.values():
        for start in range(0, len(alike), BLOCK):
            block = alike[start : start + BLOCK]
            ratio = process.cdist(block, alike, scorer=fuzz.ratio, score_cutoff=similarity, dtype=np.float32)
            for row, column in np.argwhere(ratio >= max(similarity, 1)):
                if block[row] != alike[column]:
                    near.setdefault(block[row], []).append(alike[column])
    return near
