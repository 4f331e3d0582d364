"""The graph of a run as a picture: a box for each task that tells by colour, line and sign how it stands."""

from itertools import pairwise

from slipstream.graph import State
from slipstream.report.facts import RunFacts, TaskFacts
from slipstream.report.layout import Box, Layout, Point, lay_out
from slipstream.report.looks import css_class, short_count, sign_path, span, word
from slipstream.report.markup import Markup, element, number

SIGN = 23.0
LETTER = {"name": 7.0, "fact": 5.8, "bar": 6.2}  # the width of a letter, about
TELLING = 16
SMALLEST = 0.62  # of its natural size: below, it scrolls
HEAD = element(
    "defs",
    element(
        "marker",
        element("path", d="M0 0 6 3 0 6Z"),
        id="tip", viewBox="0 0 6 6", refX="5.5", refY="3", markerWidth="8", markerHeight="8",
        markerUnits="userSpaceOnUse", orient="auto",
    ),
)  # fmt: skip


def graph(run: RunFacts) -> Markup:
    """Draw the graph of a run; each box leads to the task's row."""
    layout = lay_out({str(task.number): [str(before) for before in task.upstream] for task in run.tasks})
    edges = [_edge(upper, lower, points) for (upper, lower), points in layout.curves.items()]
    nodes = [_node(task, layout.boxes[str(task.number)]) for task in run.tasks]
    return element(
        "svg", HEAD, element("g", *edges), element("g", *nodes),
        id="graph", viewBox=f"0 0 {number(layout.width)} {number(layout.height)}", role="group",
        aria_label=f"The graph of {len(run.tasks)} tasks", data_width=number(layout.width),
        style=f"min-width:{number(_least(layout))}px;max-width:{number(layout.width * 1.15)}px",
    )  # fmt: skip


def shorten(text: str, width: float, kind: str) -> str:
    """Cut a text to a width, about."""
    most = int(width / LETTER[kind])
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _least(layout: Layout) -> float:
    return min(layout.width, max(620.0, layout.width * SMALLEST))


def _edge(upper: str, lower: str, points: tuple[Point, ...]) -> Markup:
    return element("path", class_="edge", d=_way(points), data_from=upper, data_to=lower, marker_end="url(#tip)")


def _way(points: tuple[Point, ...]) -> str:
    """Run through the points, straight where they stand above one another, else in a curve with upright ends."""
    way = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        if number(x) == number(to_x):
            way.append(f"V{number(to_y)}")
        else:
            bend = number((y + to_y) / 2)
            way.append(f"C{number(x)} {bend} {number(to_x)} {bend} {number(to_x)} {number(to_y)}")
    return "".join(way)


def _node(task: TaskFacts, box: Box) -> Markup:
    room = box.width - SIGN - 2
    classes = f"node {css_class(task.state)}{' product' if task.products else ''}"
    return element(
        "a",
        element("title", _title(task)),
        element("rect", x=box.x, y=box.y, width=box.width, height=box.height, rx="6"),
        sign_path(task.state, box.x + 7, box.y + box.height / 2 - 6),
        element("text", shorten(task.name, room, "name"), class_="name", x=box.x + SIGN, y=box.y + 17),
        element("text", shorten(_facts(task), room, "fact"), class_="fact", x=box.x + SIGN, y=box.y + 31),
        class_=classes, href=f"#row-{task.number}", id=f"node-{task.number}", data_task=task.number,
    )  # fmt: skip


def _title(task: TaskFacts) -> str:
    made = [f"product {name!r} of the pipeline" for name in task.products]
    return "\n".join([task.label, ", ".join(filter(None, [word(task.state), span(task.seconds)])), *made, task.error])


def _facts(task: TaskFacts) -> str:
    """Say in a few words what tells a task from its namesakes, how long it took and how many rows it made."""
    if task.state in {State.CACHED, State.DONE}:
        rows = "" if task.rows is None else f"{short_count(task.rows)} row{'' if task.rows == 1 else 's'}"
        return " · ".join(filter(None, [_telling(task), span(task.seconds), rows]))
    return " · ".join(filter(None, [_telling(task), word(task.state), span(task.seconds)]))


def _telling(task: TaskFacts) -> str:
    """Take the values in the label's brackets that are neither structures nor keys."""
    inside = task.label.removeprefix(task.name).removeprefix("(").removesuffix(")")
    values = [part.partition("=")[2] for part in inside.split(", ")]
    return ", ".join(value for value in values if value and not set(value) & set("{}[]…"))[:TELLING]
