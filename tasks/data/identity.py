"""Ids of one user or item brought together under one of them."""

import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import Alias, Row


def resolve(aliases: DataFrame[Alias]) -> pd.Series:
    """Map each alias to the id it finally stands for, through chains; a circle is refused."""
    stated = aliases.loc[aliases["alias"] != aliases["id"]].sort_values("alias")
    final = pd.Series(stated["id"].to_numpy(), index=pd.Index(stated["alias"]), dtype="str")
    for _ in range(len(final).bit_length()):
        final = _renamed(final, final)
    circle = final[final.isin(final.index)]
    if len(circle):
        one = str(circle.index[0])
        raise ValueError(
            f"{len(circle)} aliases run in a circle (one is {_walk(stated, one)}); drop one of these aliases"
        )
    return final


def merge_ids(
    rows: pd.DataFrame, users: DataFrame[Alias], items: DataFrame[Alias], *, row: type[Row]
) -> pd.DataFrame:  # fmt: skip
    """Replace aliases among user_id and item_id; where a table's key then repeats, the row of the id itself counts."""
    merged = rows.copy()
    changed = pd.Series(data=False, index=rows.index)
    for name, aliases in (("user_id", users), ("item_id", items)):
        if name in rows.columns:
            merged[name] = _renamed(rows[name], resolve(aliases))
            changed |= merged[name].fillna("") != rows[name].fillna("")
    keys = [name for name, column in row.to_schema().columns.items() if column.unique]
    if keys:
        merged = merged.assign(**{"#changed": changed}).sort_values(["#changed", *rows.columns], kind="stable")
        merged = merged.drop(columns="#changed").drop_duplicates(keys)
    return merged.sort_values(list(rows.columns), ignore_index=True, kind="stable")


def name_tags(tags: pd.DataFrame, names: DataFrame[Alias]) -> pd.DataFrame:
    """Replace the ids of tags by their names; a tag without a name keeps its own."""
    renamed = tags.assign(tag=_renamed(tags["tag"], resolve(names)))
    return renamed.sort_values(list(tags.columns), ignore_index=True, kind="stable")


def _renamed(ids: pd.Series, final: pd.Series) -> pd.Series:
    found = pd.Series(final.reindex(ids).to_numpy(), index=ids.index, dtype="str")
    return found.fillna(ids)


def _walk(stated: pd.DataFrame, start: str) -> str:
    steps = dict(zip(stated["alias"], stated["id"], strict=True))
    path = [start]
    while path[-1] in steps and path[-1] not in path[:-1]:
        path.append(steps[path[-1]])
    return " -> ".join(path[path.index(path[-1]) :])
