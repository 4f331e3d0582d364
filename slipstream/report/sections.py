"""The parts of a report between its head and its tasks: failures, quarantines, rules and qualities."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from slipstream.graph import State
from slipstream.report.facts import RunFacts, TaskFacts
from slipstream.report.looks import span, state_cell
from slipstream.report.markup import Markup, element
from slipstream.report.qualities import qualities

ROWS = 8
CAUSES = 50


def section(name: str, title: str, *children: Any) -> Markup:
    """Write a part of the page under a heading."""
    return element("section", element("h2", title), *children, id=name)


def failures(run: RunFacts) -> Markup | None:
    """Show what failed, and why."""
    failed = [task for task in run.tasks if task.state == State.FAILED]
    return section("failures", "Failures", *map(_failure, failed)) if failed else None


def quarantines(run: RunFacts) -> Markup | None:
    """Count the rows set aside by column and reason, and show the first of them."""
    tables = run.quarantine_tables
    if not tables:
        return None
    full = [task for task in tables if task.rows]
    users = {task.number: [run.tasks[user].name for user in run.downstream[task.number]] for task in full}
    parts = [_quarantine(task, users[task.number]) for task in full]
    none = element("p", f"No row of {len(tables)} readings was set aside.", class_="quiet")
    return section("quarantines", "Quarantines", *(parts or [none]))


def metrics(run: RunFacts) -> Markup | None:
    """Show the tables of qualities."""
    parts = []
    for task in run.metrics:
        table = task.table()
        body = _gone() if table is None else qualities(table)
        parts.append(element("article", element("h3", task_link(task)), body))
    return section("metrics", "Metrics", *parts) if parts else None


def rules(run: RunFacts) -> Markup | None:
    """Show what each rule did to lists."""
    parts = []
    for task in run.rules:
        counts = task.table()
        head = ["rule", "items", "named but unknown", "rows of lists", "users"]
        body = _gone() if counts is None else table(head, _cells(counts))
        parts.append(element("article", element("h3", task_link(task)), body))
    return section("rules", "Rules", *parts) if parts else None


def task_link(task: TaskFacts) -> Markup:
    """Lead to all that is known of a task."""
    inside = task.label.removeprefix(task.name)
    label = element("span", inside, class_="label") if inside else None
    return element("a", task.name, label, href=f"#task-{task.number}")


def table(head: Sequence[Any], rows: Iterable[Sequence[Any]], **attributes: Any) -> Markup:
    """Write a plain table."""
    return element(
        "div",
        element(
            "table",
            element("thead", element("tr", *(element("th", name, scope="col") for name in head))),
            element("tbody", *(element("tr", *(element("td", cell) for cell in row)) for row in rows)),
            **attributes,
        ),
        class_="scroll",
    )


def _failure(task: TaskFacts) -> Markup:
    heading = element("h3", state_cell(task.state), " ", task_link(task), element("span", span(task.seconds)))
    trace = element("details", element("summary", "Traceback"), element("pre", task.traceback), open=True)
    return element(
        "article",
        heading,
        element("p", task.error, class_="error"),
        trace if task.traceback else None,
        class_="failure",
    )


def _quarantine(task: TaskFacts, users: list[str]) -> Markup:
    title = element("h3", task_link(task), element("span", f"{task.rows:,} rows kept from {', '.join(users)}"))
    rows = task.table()
    if rows is None:
        return element("article", title, _gone())
    causes = rows.groupby(["file", "column", "reason"], sort=False).agg(count=("row", "size"), first=("value", "first"))
    causes = causes.sort_values("count", ascending=False, kind="stable").reset_index()
    shown = causes.head(CAUSES)[["count", "column", "reason", "first", "file"]]
    first = rows.head(ROWS)
    return element(
        "article",
        title,
        table(["rows", "column", "reason", "first value", "file"], _cells(shown), class_="numbered"),
        element(
            "details",
            element("summary", f"The first {len(first)} of {len(rows):,} rows"),
            table(list(first.columns), _cells(first)),
        ),
    )


def _cells(frame: pd.DataFrame) -> list[list[str]]:
    rows = frame.astype(object).where(frame.notna(), "").itertuples(index=False)
    return [[f"{value:,}" if isinstance(value, int) else str(value) for value in row] for row in rows]


def _gone() -> Markup:
    return element("p", "The table is not in the workspace any more.", class_="quiet")
