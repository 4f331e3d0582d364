"""The products of a workspace from Python: list them, load one, look at it, keep it, copy it."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from slipstream import lineage
from slipstream.listing import ASIDE, RUN, Row, matches, rows
from slipstream.lookup import LATEST, NotFoundError, Wish, find, named, pinned_key
from slipstream.quantities import moment
from slipstream.tasks.cache import copying, pins
from slipstream.tasks.cache.copying import Copied
from slipstream.tasks.cache.index import Index, read_index
from slipstream.tasks.cache.pins import Pin, read_pins
from slipstream.tasks.cache.reading import read_product
from slipstream.workspace import find_workspace

__all__ = ["copy", "load", "pin", "products", "show", "unpin"]

COLUMNS = [
    *("task", "key", "as_of", "parameters", "rows", "bytes", "seconds", "at"),
    *("pipelines", "pinned", "state", "package", "file"),
]
Folder = Path | str


def products(
    task: str | None = None,
    *,
    where: Mapping[str, Any] | None = None,
    as_of: str | date | None = None,
    pipeline: str | None = None,
    workspace: Folder | None = None,
) -> pd.DataFrame:
    """List the products of a workspace, the newest first, from their manifests alone; one row a product.

    `where` names parameters with their values, `as_of` a time they stand for, `pipeline` one that reaches them.
    """
    index, found = _open(workspace)
    chosen = [
        row
        for row in (found if task is None else named(index, found, task))
        if row.state not in (RUN, ASIDE)
        and matches(row, where or {})
        and (as_of is None or row.as_of == moment(as_of))
        and (pipeline is None or pipeline in row.pipelines)
    ]
    chosen.sort(key=lambda row: (row.made, row.entry.key), reverse=True)
    frame = pd.DataFrame([row.facts() for row in chosen], columns=COLUMNS)
    times = {name: pd.to_datetime(frame[name], utc=True) for name in ("as_of", "at")}
    return frame.assign(**times).astype({"rows": "Int64"})


def load(
    task: str,
    *,
    as_of: str | date | None = LATEST,
    pipeline: str | None = None,
    key: str | None = None,
    workspace: Folder | None = None,
    **parameters: Any,
) -> Any:
    """Load the product of a task, its bytes verified: a frame for a table, else what the task made.

    `as_of` is "latest", a time, or None for the product made last. Further arguments are parameters of the task. The
    first digits of a key name one product. Of several that fit, the newest run decides, then the time of making; what
    is taken by that last means is warned of.

    Raises:
        NotFoundError: There is no such product; the message says what there is.
        DamagedProductError: Its bytes are not those that were written.

    """
    index, found = _open(workspace)
    row = find(index, found, key or task, Wish(parameters, as_of, pipeline))
    if task not in (row.entry.name, row.entry.manifest.task):
        raise NotFoundError(f"{row.entry.key} is a product of {row.entry.name}, not of {task}; give its own key")
    return read_product(row.entry)


def show(name: str, *, workspace: Folder | None = None) -> dict[str, Any]:
    """Tell all that is known of a product, named by its task or the first digits of its key: manifest, lineage, pin."""
    index, found = _open(workspace)
    return lineage.facts(index, find(index, found, name, Wish({})), read_pins(index.root))


def pin(name: str, *, why: str = "", workspace: Folder | None = None) -> Pin:
    """Keep a product or run, and all it was made from, when what nobody needs is collected."""
    index, found = _open(workspace)
    return pins.pin(index.root, find(index, found, name, Wish({})).entry.manifest, why)


def unpin(name: str, *, workspace: Folder | None = None) -> Pin:
    """Withdraw a pin, named by the task or the first digits of the key."""
    root = find_workspace(workspace)
    here = read_pins(root)
    key = pinned_key(here, name)
    pins.unpin(root, key)
    return here[key]


def copy(
    names: str | Iterable[str], to: Folder, *, with_upstream: bool = False, workspace: Folder | None = None
) -> Copied:
    """Copy products to another workspace, where tasks then find them made; what is whole there stays as it is."""
    index, found = _open(workspace)
    chosen = [find(index, found, name, Wish({})) for name in ([names] if isinstance(names, str) else names)]
    return copying.copy(index, [row.entry.key for row in chosen], Path(to), with_upstream=with_upstream)


def _open(workspace: Folder | None) -> tuple[Index, list[Row]]:
    index = read_index(find_workspace(workspace))
    return index, rows(index, read_pins(index.root))
