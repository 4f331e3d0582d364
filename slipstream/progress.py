"""How far a run has come: a board of its tasks, shown live on a terminal or line by line elsewhere."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from slipstream.graph import State, Step
from slipstream.journal import Event
from slipstream.quantities import show_seconds

PAUSE = 0.1
SIGNS = {
    State.CACHED: ("=", "dim"),
    State.WAITING: ("·", "dim"),
    State.RUNNING: ("▶", "cyan"),
    State.DONE: ("✔", "green"),
    State.FAILED: ("✘", "bold red"),
    State.NOT_RUN: ("-", "yellow"),
}


@dataclass
class Line:
    """A task on the board; began and seconds are None until it began and ended."""

    label: str
    state: State
    began: float | None = None
    seconds: float | None = None
    rows: int | None = None
    error: str = ""
    traceback: str = ""


@dataclass
class Board:
    """The tasks of a run and how each stands."""

    lines: dict[str, Line]
    began: float = field(default_factory=time.time)
    code: int | None = None
    first_failure: Line | None = None

    @classmethod
    def of(cls, steps: Iterable[Step]) -> "Board":
        """Make the board of a plan; what is not needed is not on it."""
        return cls({step.task.task_id: Line(step.label, step.state) for step in steps if step.state != State.UNNEEDED})

    def take(self, event: Event) -> Line | None:
        """Note an event, and give the line that it changed."""
        if event["event"] == "end":
            self.code = event["code"]
            return None
        line = self.lines.get(event["task"])
        if line is None and event["event"] != "failed":
            return None
        if line is None:
            line = self.lines[event["task"]] = Line(event["task"].partition("_")[0], State.WAITING)
        self._note(line, event)
        return line

    def close(self, now: float, error: str = "") -> list[Line]:
        """Note that nothing more will happen: what still ran has died of `error`, what waited will not run."""
        changed = []
        for task, line in self.lines.items():
            if line.state == State.RUNNING:
                changed.append(line)
                self._note(line, {"event": "failed", "task": task, "at": now, "error": error, "traceback": ""})
            elif line.state == State.WAITING:
                changed.append(line)
                line.state = State.NOT_RUN
        return changed

    def total(self, now: float) -> str:
        """Count the tasks by how they stand, in a sentence."""
        count = Counter(line.state for line in self.lines.values())
        run = count[State.DONE]
        parts = [f"{run} task{'' if run == 1 else 's'} run", f"{count[State.CACHED]} cached"]
        others = (State.RUNNING, State.WAITING, State.FAILED, State.NOT_RUN)
        parts += [f"{count[state]} {state}" for state in others if count[state]]
        return f"{', '.join(parts)} in {show_seconds(now - self.began)}"

    def _note(self, line: Line, event: Event) -> None:
        if event["event"] == "start":
            line.state, line.began = State.RUNNING, event["at"]
            return
        line.seconds = event["at"] - (event["at"] if line.began is None else line.began)
        if event["event"] == "done":
            line.state, line.rows = State.DONE, event["rows"]
        elif line.state != State.FAILED:
            line.state, line.error, line.traceback = State.FAILED, event["error"], event["traceback"]
            self.first_failure = self.first_failure or line


class Happening(Protocol):
    """Something that goes on, tells its news and ends."""

    def news(self) -> tuple[Iterable[Event], bool]:
        """Give the events since the last call, and whether more may come."""

    def death(self) -> str:
        """Say how it ended, if it could not say so itself."""


def follow(board: Board, happening: Happening, console: Console, *, live: bool) -> None:
    """Show a run until it ends."""
    changed = changes(board, happening)
    if live:
        _follow_live(board, changed, console)
    else:
        _follow_plainly(board, changed, console)


class Nothing:
    """A run of nothing: all is there already."""

    def news(self) -> tuple[Iterable[Event], bool]:
        """Tell that nothing comes."""
        return (), False

    def death(self) -> str:
        """Die of nothing."""
        return ""


def changes(board: Board, happening: Happening) -> Iterator[Line | None]:
    """Bring the board up to date until the run ends: yield each line that changed, and None after every look."""
    going_on = True
    while going_on:
        events, going_on = happening.news()
        for event in events:
            changed = board.take(event)
            if changed is not None:
                yield changed
        yield None
        if going_on:
            time.sleep(PAUSE)
    yield from board.close(time.time(), happening.death())


def _follow_live(board: Board, changes: Iterator[Line | None], console: Console) -> None:
    def picture() -> Table:
        return draw(board, time.time(), console.height - 2)

    with Live(get_renderable=picture, console=console, auto_refresh=False, transient=True) as view:
        for changed in changes:
            if changed is None:
                view.refresh()
    console.print(draw(board, time.time()))


def _follow_plainly(board: Board, changes: Iterator[Line | None], console: Console) -> None:
    def say(text: str) -> None:
        console.print(text, markup=False, soft_wrap=True)

    for line in board.lines.values():
        if line.state == State.CACHED:
            say(plain(line, time.time()))
    for changed in changes:
        if changed is not None:
            say(plain(changed, time.time()))
    say(board.total(time.time()))


def plain(line: Line, now: float) -> str:
    """Write a line with the time of day, for logs."""
    clock = datetime.fromtimestamp(now).astimezone().strftime("%H:%M:%S")
    state = "start" if line.state == State.RUNNING else line.state
    facts = [line.label] if line.seconds is None else [line.label, show_seconds(line.seconds)]
    return "  ".join([clock, f"{state:<8}", *facts, *_facts(line)])


def draw(board: Board, now: float, room: int | None = None) -> Table:
    """Draw the board as a table of at most `room` lines: what is over or far off gives way to what runs."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    shown = _most_telling(list(board.lines.values()), room)
    for line in shown:
        sign, style = SIGNS[line.state]
        spent = line.seconds
        if line.state == State.RUNNING and line.began is not None:
            spent = now - line.began
        facts = ", ".join(_facts(line)) or (line.state if spent is None else "")
        taken = "" if spent is None else show_seconds(spent)
        table.add_row(sign, escape(line.label), taken, escape(facts), style=style)
    hidden = len(board.lines) - len(shown)
    if hidden:
        table.add_row("", f"… and {hidden} more", style="dim")
    whole = Table.grid()
    whole.add_row(table)
    whole.add_row(Text(board.total(now), style="bold"))
    return whole


def _facts(line: Line) -> list[str]:
    rows = [] if line.rows is None else [f"{line.rows:,} row{'' if line.rows == 1 else 's'}"]
    return [*rows, *([line.error] if line.error else [])]


def _most_telling(lines: list[Line], room: int | None) -> list[Line]:
    if room is None or len(lines) <= room - 1:
        return lines
    order = (State.RUNNING, State.FAILED, State.DONE, State.WAITING, State.NOT_RUN, State.CACHED)
    latest = sorted(range(len(lines)), key=lambda place: (order.index(lines[place].state), -(lines[place].began or 0)))
    kept = set(latest[: max(room - 2, 1)])
    return [line for place, line in enumerate(lines) if place in kept]
