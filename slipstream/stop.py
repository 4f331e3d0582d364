"""Why a command ends early: the exit codes of gokart and the line that names the cause."""

import difflib
from collections.abc import Iterable
from enum import IntEnum


class Code(IntEnum):
    """How a command ended; those from 10 on are gokart's."""

    DONE = 0
    MISUSED = 2
    ALREADY_RUNNING = 10
    MISSING_DATA = 20
    NOT_RUN = 30
    TASK_FAILED = 40
    NOT_SCHEDULED = 50
    INTERRUPTED = 130


class Stop(Exception):  # noqa: N818 (it also ends a run that was merely interrupted)
    """The end of a command: its exit code, and a line that says what happened where and what to do."""

    def __init__(self, code: Code, line: str) -> None:
        """Keep the line short of line breaks, so that it is the last one."""
        super().__init__(one_line(line))
        self.code = code


def one_line(text: object, *, most: int = 600) -> str:
    """Put a message on one line of bounded length, cut in the middle: facts stand first, remedies last."""
    words = " ".join(str(text).split())
    if len(words) <= most:
        return words
    last = most // 3
    return f"{words[: most - last - 1]}…{words[-last:]}"


def cause(error: BaseException) -> str:
    """Name an exception's type and message on one line."""
    message = one_line(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def near(name: str, known: Iterable[str]) -> str:
    """Suggest the names that somebody may have meant, or list them when there are few."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return f"; there are {', '.join(names)}" if names else "; there are none"
