"""A table of qualities as people compare them: one line a source, best first, with intervals."""

import pandas as pd
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from slipstream.tasks.tables import Metric, columns

COLUMNS = {"auc": "AUC", "ndcg": "nDCG", "recall": "recall"}
JUDGED = ("ndcg", "auc")


def is_scoreboard(frame: pd.DataFrame) -> bool:
    """Tell whether a frame is a table of qualities."""
    return list(frame.columns) == columns(Metric)


def scoreboard(metrics: pd.DataFrame, *, k: int = 10) -> RenderableType:
    """Draw the means over everybody at one depth; of a table that has only slices, those of each."""
    parts = list(dict.fromkeys(metrics["slice"])) or ["all"]
    if "all" in parts:
        return draw_slice(metrics, k=k, part="all")
    return Group(*(part for name in parts for part in (Text(name, style="bold"), draw_slice(metrics, k=k, part=name))))


def draw_slice(metrics: pd.DataFrame, *, k: int, part: str) -> RenderableType:
    """Draw the means of one slice at one depth, and how far the judged source is above each other one."""
    here = metrics[(metrics["slice"] == part) & metrics["k"].isin((0, k))]
    means = here[here["baseline"].isna()]
    paired = here[here["baseline"].notna()]
    names = [name for name in COLUMNS if (means["metric"] == name).any()]
    judged = next((name for name in JUDGED if name in names), None)
    if judged is None:
        return Text(f"no quality of slice {part!r} at {k}")
    order = means[means["metric"] == judged].sort_values(["value", "source"], ascending=[False, True])
    best = judged_source(paired, order["source"].iloc[0])
    depth = f" at {k}" if (order["k"] == k).any() else ""
    table = Table(title=f"means of {int(order['count'].max()):,}{depth}, with 95 % intervals", box=box.SIMPLE_HEAD)
    for heading in ["", *(COLUMNS[name] for name in names), f"lead of {best}"]:
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for source in order["source"]:
        own = means[means["source"] == source].set_index("metric")
        difference = paired[(paired["source"] == best) & (paired["baseline"] == source) & (paired["metric"] == judged)]
        cells = [_with_interval(own.loc[name]) if name in own.index else "" for name in names]
        above = _with_interval(difference.iloc[0], sign="+") if len(difference) else ""
        table.add_row(source, *cells, above, style="bold" if source == best else None)
    return Group(table)


def judged_source(paired: pd.DataFrame, otherwise: str) -> str:
    """Name the source that is compared with the others: the best, or one that is nobody's baseline if that is one."""
    own = sorted(set(paired["source"]) - set(paired["baseline"]))
    return own[0] if own and otherwise not in own else otherwise


def _with_interval(row: pd.Series, sign: str = "") -> str:
    value, low, high = (f"{row[name]:{sign}.3f}".replace("0.", ".", 1) for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"
