"""Running a pipeline with one set of values, watched but without a word."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slipstream import graph, running
from slipstream.graph import State, Step
from slipstream.progress import Board, changes
from slipstream.running import News
from slipstream.stop import Code
from slipstream.tasks.base import Pipeline

Look = Callable[[Board], None]


@dataclass(frozen=True)
class Attempt:
    """A pipeline that was run: the steps of its graph, how many were run and cached, and why it failed, if it did."""

    steps: list[Step]
    run: int
    cached: int
    cause: str

    def tasks(self) -> list[Any]:
        """List the tasks."""
        return [step.task for step in self.steps]


def attempt(pipeline: Pipeline[Any], workers: int, look: Look) -> Attempt:
    """Run what is missing of a pipeline; `look` is shown the board again and again."""
    steps = graph.steps(pipeline)
    board = Board.of(steps)
    look(board)
    if any(step.state == State.WAITING for step in steps):
        with running.started(pipeline, workers, steps) as current:
            for _ in changes(board, News(current)):
                look(board)
        cause = _cause(board, current.process.exitcode)
    else:
        cause = ""
        with suppress(OSError):  # products may be served from a folder that nobody may write to
            pipeline.run()
    states = [line.state for line in board.lines.values()]
    return Attempt(steps, states.count(State.DONE), states.count(State.CACHED), cause)


def _cause(board: Board, exit_code: int | None) -> str:
    if board.first_failure is not None:
        return f"{board.first_failure.label} failed: {board.first_failure.error}"
    if board.code == Code.DONE:
        return ""
    return running.death(exit_code) if board.code is None else "not everything could run"
