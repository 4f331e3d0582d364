"""When each task of a run ran, and in which process: a bar each, a line for each process."""

from collections.abc import Sequence
from itertools import count, takewhile

from slipstream.report.facts import RunFacts, TaskFacts
from slipstream.report.looks import css_class, span, word
from slipstream.report.markup import Markup, element
from slipstream.report.picture import shorten

WIDTH, LANE, BAR = 1160.0, 26.0, 20.0
LEFT, BELOW = 84.0, 24.0
LEAST_BAR, LEAST_WORDS = 1.5, 34.0
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400)
MOST_TICKS = 10
MINUTES = 120

Bar = tuple[TaskFacts, float, float]


def timeline(run: RunFacts) -> Markup:
    """Draw the tasks that ran over the seconds of the run."""
    began, whole = run.record.plan["at"], max(run.record.seconds, 0.001)
    bars = [(task, *_times(task, began, whole)) for task in run.tasks if task.began is not None]
    lanes = lanes_of(bars)
    height = max(len(lanes), 1) * LANE
    scale = (WIDTH - LEFT) / whole
    parts = [_tick(second, scale, height) for second in ticks(whole)]
    for place, (name, members) in enumerate(lanes):
        parts.append(element("text", name, class_="lane", x=LEFT - 8, y=place * LANE + 17, text_anchor="end"))
        parts += [_bar(bar, scale, place * LANE + (LANE - BAR) / 2) for bar in members]
    return element(
        "svg", *parts, id="timeline", viewBox=f"0 0 {WIDTH + 16:.0f} {height + BELOW:.0f}", role="group",
        aria_label=f"When {len(bars)} tasks ran",
    )  # fmt: skip


def lanes_of(bars: Sequence[Bar]) -> list[tuple[str, list[Bar]]]:
    """Give each process a lane, or share lanes where every task had a process of its own; no two bars overlap."""
    lanes: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda bar: bar[1]):
        free = [lane for lane in lanes if lane[-1][2] <= bar[1]]
        same = [lane for lane in free if lane[-1][0].pid == bar[0].pid]
        if same or free:
            (same or free)[0].append(bar)
        else:
            lanes.append([bar])
    return [(_name(lane, number), lane) for number, lane in enumerate(lanes, start=1)]


def ticks(seconds: float) -> list[float]:
    """Choose round seconds for an axis, ten at most."""
    step = next((step for step in STEPS if seconds / step <= MOST_TICKS), seconds / MOST_TICKS)
    return list(takewhile(lambda second: second <= seconds, (number * step for number in count())))


def _name(lane: list[Bar], number: int) -> str:
    pids = {task.pid for task, _, _ in lane}
    return f"pid {pids.pop()}" if len(pids) == 1 and None not in pids else f"process {number}"


def _times(task: TaskFacts, began: float, whole: float) -> tuple[float, float]:
    start = (task.began or began) - began
    return start, min(start + task.seconds, whole) if task.seconds is not None else whole


def _tick(second: float, scale: float, height: float) -> Markup:
    x = LEFT + second * scale
    text = f"{second:g} s" if second < MINUTES else span(second).removesuffix(" 00 s")
    return element(
        "g",
        element("line", x1=x, x2=x, y1=0, y2=height + 4),
        element("text", text, x=x, y=height + 18, text_anchor="middle"),
        class_="tick",
    )


def _bar(bar: Bar, scale: float, y: float) -> Markup:
    task, start, end = bar
    x, width = LEFT + start * scale, max((end - start) * scale, LEAST_BAR)
    words = shorten(task.name, width - 8, "bar") if width >= LEAST_WORDS else ""
    return element(
        "a",
        element("title", f"{task.label}\n{word(task.state)}, {span(end - start)}"),
        element("rect", x=x, y=y, width=width, height=BAR, rx=min(3.0, width / 2)),
        element("text", words, x=x + 5, y=y + 14) if words else None,
        class_=f"bar {css_class(task.state)}", href=f"#row-{task.number}", data_task=task.number,
    )  # fmt: skip
