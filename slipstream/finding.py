"""Finding the user and the item that somebody means, by id or by a part of a title."""

import difflib
from collections.abc import Iterable

import pandas as pd

from slipstream.stop import Code, Stop

MOST = 5


def find_user(name: str, users: Iterable[str], pipeline: str) -> str:
    """Find a user by id, or name those with an id like it."""
    known = set(users)
    if name in known:
        return name
    close = difflib.get_close_matches(name, sorted(known), n=MOST, cutoff=0.5)
    meant = f"; did you mean {' or '.join(close)}?" if close else f"; there are {len(known):,} users"
    raise Stop(Code.MISUSED, f"{pipeline} serves no user {name!r}{meant}")


def find_item(name: str, items: pd.DataFrame, touched: Iterable[str]) -> str:
    """Find an item by its id, by its title, or by a part of its title that no other one has, whatever the case."""
    if name in set(items["item_id"]) | set(touched):
        return name
    titles, wanted = items["title"].str.casefold(), name.casefold()
    for fits in (titles == wanted, titles.str.contains(wanted, regex=False)):
        found = items[fits & (wanted != "")]
        if len(found) == 1:
            return str(found["item_id"].iloc[0])
        if len(found):
            raise Stop(
                Code.MISUSED, f"{len(found):,} items have {name!r} in their title ({_listed(found)}); give the id"
            )
    raise Stop(Code.MISUSED, f"there is no item with id or title {name!r}{_like(wanted, items, titles)}")


def _like(wanted: str, items: pd.DataFrame, titles: "pd.Series[str]") -> str:
    """Suggest the items that somebody may have meant."""
    close = difflib.get_close_matches(wanted, sorted(set(titles)), n=MOST, cutoff=0.6)
    close = close or difflib.get_close_matches(wanted, sorted(items["item_id"]), n=MOST, cutoff=0.5)
    found = items[titles.isin(close) | items["item_id"].isin(close)]
    return f"; did you mean {_listed(found)}?" if len(found) else f"; there are {len(items):,} items"


def _listed(items: pd.DataFrame) -> str:
    """Name the first items with their ids."""
    rows = items.head(MOST)
    named = ", ".join(f"{item} {title}" for item, title in zip(rows["item_id"], rows["title"], strict=True))
    return named + (f" and {len(items) - MOST:,} more" if len(items) > MOST else "")
