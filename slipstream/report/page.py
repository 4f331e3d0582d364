"""The whole page of a run: self-contained HTML that asks no network for anything and works without its script."""

import json
from importlib.resources import files

from slipstream.graph import State
from slipstream.report import sections, tasklist
from slipstream.report.facts import RunFacts
from slipstream.report.looks import ORDER, css_class, sign, span, word
from slipstream.report.markup import Markup, element, together
from slipstream.report.picture import graph
from slipstream.report.timeline import timeline

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
ZOOM = (("\N{MINUS SIGN}", "out", "Zoom out"), ("fit", "fit", "Fit to the page"), ("+", "in", "Zoom in"))


def page(run: RunFacts) -> str:
    """Write the page."""
    parts = [
        _header(run), sections.failures(run), _graph(run), _timeline(run), tasklist.table(run),
        sections.quarantines(run), sections.rules(run), sections.metrics(run), tasklist.details(run), _footer(run),
    ]  # fmt: skip
    record = run.record
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("title", f"{record.plan['pipeline']}, {record.outcome}, {_when(run)}"),
        element("style", _asset("style.css")),
    )
    body = element("body", element("main", *parts), element("script", _asset("script.js")))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _asset(name: str) -> Markup:
    return Markup(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _when(run: RunFacts) -> str:
    return f"{run.record.began:%Y-%m-%d %H:%M:%S} UTC"


def _header(run: RunFacts) -> Markup:
    record, plan = run.record, run.record.plan
    title = element("h1", plan["pipeline"], element("span", record.outcome, class_=f"outcome {_class(record.outcome)}"))
    where = f"{_when(run)} on {plan['host']}, {plan['workers']} worker{'' if plan['workers'] == 1 else 's'}"
    refused = sum(task.rows or 0 for task in run.quarantine_tables)
    tiles = {
        "took": span(record.seconds),
        "tasks": f"{len(run.tasks)}",
        **{word(state): f"{run.counts[state]}" for state in ORDER if run.counts[state]},
        "saved by the cache": span(run.saved) if run.counts[State.CACHED] else "",
        "quarantined": f"{refused:,} rows" if run.quarantine_tables else "",
    }
    cards = [_tile(name, value) for name, value in tiles.items() if value]
    links = [
        element("a", name, href=f"#{target}")
        for target, name, there in (
            ("failures", "Failures", run.counts[State.FAILED]),
            ("picture", "Graph", True),
            ("time", "Timeline", True),
            ("tasks", "Tasks", True),
            ("quarantines", "Quarantines", run.quarantine_tables),
            ("rules", "Rules", run.rules),
            ("metrics", "Metrics", run.metrics),
        )
        if there
    ]
    return element(
        "header", element("nav", *links, aria_label="Parts"), title, element("p", where, class_="where"),
        element("div", *cards, class_="tiles"), _share(run), _parameters(plan["parameters"]),
    )  # fmt: skip


def _class(outcome: str) -> str:
    return {"done": "run", "failed": "failed", "running": "running"}.get(outcome, "not-run")


def _tile(name: str, value: str) -> Markup:
    state = next((state for state in ORDER if word(state) == name), None)
    heading = element("span", sign(state) if state else None, name, class_="name")
    return element("div", heading, element("b", value), class_=f"tile {css_class(state)}" if state else "tile")


def _share(run: RunFacts) -> Markup:
    """Draw how the tasks stand as one bar."""
    parts = [
        element(
            "i",
            class_=css_class(state),
            style=f"flex-grow:{run.counts[state]}",
            title=f"{run.counts[state]} {word(state)}",
        )
        for state in ORDER
        if run.counts[state]
    ]
    return element("div", *parts, class_="share", aria_hidden="true")


def _parameters(parameters: dict[str, str]) -> Markup | None:
    if not parameters:
        return None
    pairs = (
        part for name, value in parameters.items() for part in (element("dt", name), element("dd", _pretty(value)))
    )
    return element("details", element("summary", "Parameters"), element("dl", *pairs), class_="fold")


def _pretty(value: str) -> str:
    """Break structures into lines."""
    try:
        content = json.loads(value)
    except ValueError:
        return value
    return json.dumps(content, indent=1, ensure_ascii=False) if isinstance(content, list | dict) else value


def _graph(run: RunFacts) -> Markup:
    states = [state for state in ORDER if run.counts[state]]
    legend = [element("span", sign(state), word(state), class_=f"state {css_class(state)}") for state in states]
    if any(task.products for task in run.tasks):
        legend.append(element("span", element("i"), "product", class_="state not-needed"))
    buttons = [element("button", text, type="button", data_zoom=way, title=title) for text, way, title in ZOOM]
    bar = element(
        "div",
        element("div", *legend, class_="legend"),
        element("div", *buttons, class_="zoom script"),
        class_="toolbar",
    )
    picture = element("div", graph(run), class_="canvas", id="canvas")
    return sections.section("picture", "Graph", bar, picture)


def _timeline(run: RunFacts) -> Markup:
    if not any(task.began is not None for task in run.tasks):
        return sections.section("time", "Timeline", element("p", "No task ran.", class_="quiet"))
    return sections.section("time", "Timeline", element("div", timeline(run), class_="scroll"))


def _footer(run: RunFacts) -> Markup:
    lost = sum(task.is_lost for task in run.tasks)
    words = [f"Run {run.record.folder.name} in {run.record.workspace.absolute()}."]
    if lost:
        words.append(f"The manifests of {lost} of {len(run.tasks)} tasks are not in the workspace any more.")
    return element("footer", together([" ".join(words)]))
