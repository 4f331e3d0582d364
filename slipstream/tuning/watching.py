"""How far a search has come: a line a trial, and on a terminal a bar with the best so far and what runs now."""

import time
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from slipstream.graph import State
from slipstream.progress import Board
from slipstream.quantities import show_seconds
from slipstream.tuning.objective import Objective
from slipstream.tuning.space import describe
from slipstream.tuning.study import Tried

WIDTH = 24


def best_of(tried: Sequence[Tried]) -> Tried | None:
    """Find the trial of the highest value, the first of several."""
    done = [trial for trial in tried if trial.value is not None]
    return max(done, key=lambda trial: (trial.value, -trial.number), default=None)


class Watch:
    """Shows a search of `trials` beside what is configured: lines for what is over, on a terminal what goes on too."""

    def __init__(
        self, objective: Objective, trials: int, tried: Sequence[Tried], console: Console, *, live: bool
    ) -> None:
        """Prepare to show, and tell what earlier calls did."""
        self.tried = list(tried)
        self.total = max(trials + 1, len(self.tried))
        self._objective, self._console, self._live = objective, console, live
        self._board: Board | None = None
        self._began = 0.0
        self._view = Live(get_renderable=self._draw_now, console=console, auto_refresh=False, transient=True)
        for trial in self.tried:
            self._say(f"{self._line(trial)}  (earlier)")

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._live:
            self._view.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        if self._live:
            self._view.stop()

    def look(self, board: Board) -> None:
        """Show how the trial that runs stands."""
        if self._board is not board:
            self._board, self._began = board, time.time()
        if self._live:
            self._view.refresh()

    def over(self, trial: Tried, spent: str) -> None:
        """Tell of a trial that is over, and what it took."""
        self.tried.append(trial)
        self._board = None
        self._say(f"{self._line(trial)}  ({spent})")

    def remaining(self, now: float) -> float | None:
        """Guess the seconds that are left from those of the trials so far, None before the first is over."""
        if not self.tried:
            return None
        mean = sum(trial.seconds for trial in self.tried) / len(self.tried)
        spent = 0.0 if self._board is None else now - self._began
        return max(mean * (self.total - len(self.tried)) - spent, 0.0)

    def draw(self, now: float) -> Table:
        """Draw the bar, and below it what runs."""
        best, left = best_of(self.tried), self.remaining(now)
        facts = [f"{len(self.tried)} of {self.total} trials"]
        facts += [] if best is None else [f"best {best.value:.4f} (trial {best.number})"]
        facts += [] if self._board is None else [f"this one {show_seconds(now - self._began)}"]
        facts += [] if left is None else [f"about {show_seconds(left)} left"]
        bar, whole = Table.grid(padding=(0, 2)), Table.grid()
        bar.add_row(ProgressBar(self.total, len(self.tried), width=WIDTH), Text(", ".join(facts), style="bold"))
        whole.add_row(bar)
        if self._board is not None:
            names = [line.label for line in self._board.lines.values() if line.state == State.RUNNING]
            whole.add_row(Text(f"{', '.join(names) or 'next'}: {self._board.total(now)}", style="cyan"))
        return whole

    def _draw_now(self) -> Table:
        return self.draw(time.time())

    def _line(self, trial: Tried) -> str:
        name = f"{self._objective.metric}@{self._objective.k}"
        value = "failed" if trial.value is None else f"{name} {trial.value:.4f}"
        is_best = trial.number > 0 and best_of(self.tried[: trial.number + 1]) is trial
        facts = [f"trial {trial.number}", f"{value}{' (best)' if is_best else ''}", show_seconds(trial.seconds)]
        return "  ".join([*facts, describe(trial.values) or "as configured", *filter(None, [trial.cause])])

    def _say(self, text: str) -> None:
        clock = datetime.now().astimezone().strftime("%H:%M:%S")
        self._console.print(f"{clock}  {text}", markup=False, soft_wrap=True)
