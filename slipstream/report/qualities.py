"""Tables of qualities as people compare them: best first, with intervals drawn to one scale."""

from dataclasses import dataclass

import pandas as pd

from slipstream.report.markup import Markup, element, number
from slipstream.scoreboard import COLUMNS, JUDGED, judged_source

WIDTH, HEIGHT = 88.0, 14.0
MAIN = (10, "all")


@dataclass(frozen=True)
class Column:
    """A column of a table of qualities: its rows, and which of their columns names the source they stand for."""

    name: str
    rows: pd.DataFrame
    by: str
    sign: str


def qualities(metrics: pd.DataFrame) -> Markup:
    """Draw each slice at each depth; the main one is open, the others are folded."""
    found = {(int(k), str(name)) for k, name in zip(metrics["k"], metrics["slice"], strict=True)}
    parts = sorted(part for part in found if part[0]) or sorted(found)
    if not parts:
        return element("p", "The table has no row.", class_="quiet")
    first = MAIN if MAIN in parts else parts[0]
    rest = [part for part in parts if part != first]
    folded = [element("details", element("summary", _heading(*part)), _board(metrics, *part)) for part in rest]
    return element("div", element("h4", _heading(*first)), _board(metrics, *first), *folded, class_="qualities")


def _heading(k: int, part: str) -> str:
    return f"{part} at {k}" if k else part


def _board(metrics: pd.DataFrame, k: int, part: str) -> Markup:
    here = metrics[(metrics["slice"] == part) & metrics["k"].isin((0, k))]
    means, paired = here[here["baseline"].isna()], here[here["baseline"].notna()]
    names = sorted(set(means["metric"]), key=lambda name: (_place(name), name))
    if not names:
        return element("p", "There are no means.", class_="quiet")
    order = means[means["metric"] == names[0]].sort_values(["value", "source"], ascending=[False, True])
    best = judged_source(paired, order["source"].iloc[0])
    leads = paired[(paired["source"] == best) & (paired["metric"] == names[0])]
    columns = [Column(COLUMNS.get(name, name), means[means["metric"] == name], "source", "") for name in names]
    if len(leads):
        columns.insert(1, Column(f"lead of {best}", leads, "baseline", "+"))
    headings = ["", *(column.name for column in columns)]
    return element(
        "table",
        element("caption", f"means of {int(order['count'].max()):,}, with 95 % intervals"),
        element("thead", element("tr", *(element("th", name, scope="col") for name in headings))),
        element("tbody", *(_row(source, columns, judged=source == best) for source in order["source"])),
        class_="board",
    )


def _place(name: str) -> int:
    """Put the quality that is judged by first, those with a heading of their own next."""
    known = [*JUDGED, *COLUMNS]
    return known.index(name) if name in known else len(known)


def _row(source: str, columns: list[Column], *, judged: bool) -> Markup:
    cells = (_cell(c.rows[c.rows[c.by] == source], _scale(c.rows), c.sign) for c in columns)
    return element("tr", element("th", source, scope="row"), *cells, class_="judged" if judged else None)


def _scale(rows: pd.DataFrame) -> tuple[float, float]:
    """Say what a column's pictures reach from and to; nought is always on them."""
    low, high = min(float(rows["low"].min()), 0.0), max(float(rows["high"].max()), 0.0)
    return low, max(high, low + 1e-9)


def _cell(rows: pd.DataFrame, scale: tuple[float, float], sign: str) -> Markup:
    if rows.empty:
        return element("td")
    row = rows.iloc[0]
    value, low, high = (f"{row[name]:{sign}.3f}" for name in ("value", "low", "high"))
    clear = "clear" if sign and (row["low"] > 0 or row["high"] < 0) else None
    interval = element("span", f"[{low}, {high}]", class_="interval")
    return element("td", element("b", value), " ", interval, _whisker(row, scale), class_=clear)


def _whisker(row: pd.Series, scale: tuple[float, float]) -> Markup:
    """Draw a bar from nought, and the interval over its end, on the scale of the column."""
    left, right = scale

    def x(value: float) -> float:
        return 4 + (value - left) / (right - left) * (WIDTH - 8)

    low, high, mid = x(row["low"]), x(row["high"]), number(HEIGHT / 2)
    parts = [
        element("line", class_="zero", x1=x(0.0), x2=x(0.0), y1=1, y2=HEIGHT - 1),
        element("rect", x=min(x(0.0), x(row["value"])), width=abs(x(row["value"]) - x(0.0)), y=3, height=HEIGHT - 6),
        element("path", d=f"M{number(low)} {mid}H{number(high)}M{number(low)} 4V10M{number(high)} 4V10"),
    ]
    return element("svg", *parts, class_="whisker", viewBox=f"0 0 {WIDTH:.0f} {HEIGHT:.0f}", aria_hidden="true")
