"""A task's own log: what it logs and prints while it runs, kept beside its product."""

import logging
import os
import platform
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from slipstream.tasks.cache.manifest import SUFFIX, Manifest
from slipstream.tasks.cache.running import Clock
from slipstream.tasks.cache.storage import TEMPORARY, writing

LOG_SUFFIX = ".log"
PRINTED = "PRINT"


@contextmanager
def task_log(root: Path, stem: Path, clock: Clock) -> Iterator[None]:
    """Keep what a body logs and prints in `<stem>.log`, put in place when it ends, however it ends.

    The first line says what ran when and where, the last one seconds, peak memory and rows, or the traceback.
    """
    maker, temporary = os.getpid(), root / TEMPORARY / f"{uuid.uuid4().hex}{LOG_SUFFIX}"
    with writing(root):
        temporary.parent.mkdir(parents=True, exist_ok=True)
        lines = _Lines(temporary)
    lines.say("INFO", stem.name, f"started on {platform.node()}, pid {maker}")
    try:
        with _taken_down(lines):
            yield
    except BaseException as error:
        lines.say("ERROR", stem.name, f"failed after {_spent(clock)}", error)
        raise
    else:
        lines.say("INFO", stem.name, f"done in {_spent(clock)}{_rows(stem)}")
    finally:
        lines.close()
        if os.getpid() == maker:  # a forked child that comes by here is not the task
            _move(temporary, stem.parent / f"{stem.name}{LOG_SUFFIX}")


class _Lines(logging.Handler):
    """Writes each record as one whole line of a file, whichever forked process it comes from."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.INFO)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._format = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self._format.format(record)
        except Exception:  # noqa: BLE001 (a wrong call of a logger ends no task)
            self.handleError(record)
        else:
            self._write(record.created, record.levelname, record.name, text)

    def say(self, level: str, name: str, text: str, error: BaseException | None = None) -> None:
        """Write a line of our own, with a traceback if there is an error."""
        now = datetime.now(UTC).timestamp()
        trace = "" if error is None else f"\n{self._format.formatException((type(error), error, error.__traceback__))}"
        self._write(now, level, name, f"{text}{trace}")

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._descriptor)
        self._descriptor = -1
        super().close()

    def _write(self, at: float, level: str, name: str, text: str) -> None:
        clock = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        line = f"{clock}Z {level:<7} {name}: {text}\n".encode(errors="backslashreplace")
        with suppress(OSError):  # a full disk ends the task where its product is written, with a remedy
            os.write(self._descriptor, line)


class _Tee:
    """A text stream that also takes down what is written to it, line by line, until it is told to stop."""

    def __init__(self, stream: TextIO, name: str, lines: _Lines) -> None:
        self._stream, self._name = stream, name
        self._lines: _Lines | None = lines
        self._rest = ""

    def write(self, text: str) -> int:
        """Write to the stream and take the text down."""
        if self._lines is not None:
            self._take_down(text, self._lines)
        return self._stream.write(text)

    def writelines(self, texts: Any) -> None:
        """Write several texts."""
        for text in texts:
            self.write(text)

    def stop(self) -> None:
        """Take down the last unfinished line; from now on only pass text on."""
        if self._lines is not None and self._rest:
            self._take_down("\n", self._lines)
        self._lines = None

    def _take_down(self, text: str, lines: _Lines) -> None:
        lines.acquire()
        try:
            *whole, self._rest = f"{self._rest}{text}".split("\n")
            for line in whole:
                last = line.rstrip("\r").rpartition("\r")[2]  # a bar of progress overwrites itself
                if last.strip():
                    lines.say(PRINTED, self._name, last)
        finally:
            lines.release()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _AsBefore(logging.Filter):
    """Lets through what the loggers let through before their level was lowered for a task's log."""

    def __init__(self, level: int, disabled: int) -> None:
        super().__init__()
        self._level, self._disabled = level, disabled

    def filter(self, record: logging.LogRecord) -> bool:
        logger: logging.Logger | None = logging.getLogger(record.name)
        while logger is not None and logger.parent is not None and not logger.level:
            logger = logger.parent
        level = self._level if logger is logging.root or logger is None else logger.level
        return record.levelno >= level and record.levelno > self._disabled


@contextmanager
def _taken_down(lines: _Lines) -> Iterator[None]:
    root, stderr = logging.root, sys.stderr
    with ExitStack() as undo:
        if not root.handlers and stderr is not None:  # with a handler of ours, the one of last resort would fall silent
            last_resort = logging.StreamHandler(stderr)
            last_resort.setLevel(logging.WARNING)
            _add(root, last_resort, undo)
        _lower_levels(undo)
        _add(root, lines, undo)
        for name in ("stdout", "stderr"):
            _replace_stream(name, lines, undo)
        yield


def _add(logger: logging.Logger, handler: logging.Handler, undo: ExitStack) -> None:
    logger.addHandler(handler)
    undo.callback(logger.removeHandler, handler)


def _replace_stream(name: str, lines: _Lines, undo: ExitStack) -> None:
    stream = getattr(sys, name)
    if stream is None:
        return
    tee = _Tee(stream, name, lines)

    def restore() -> None:
        tee.stop()
        if getattr(sys, name) is tee:
            setattr(sys, name, stream)

    setattr(sys, name, tee)
    undo.callback(restore)


def _lower_levels(undo: ExitStack) -> None:
    """Let loggers pass on what is worth keeping, and keep it from the handlers that did not get it before."""
    root, disabled = logging.root, logging.root.manager.disable
    if root.level <= logging.INFO and disabled < logging.INFO:
        return
    as_before = _AsBefore(root.level, disabled)
    loggers = [root, *(each for each in root.manager.loggerDict.values() if isinstance(each, logging.Logger))]
    for handler in {handler for logger in loggers for handler in logger.handlers}:
        handler.addFilter(as_before)
        undo.callback(handler.removeFilter, as_before)
    _set(root.setLevel, root.level, min(root.level, logging.INFO), undo)
    _set(logging.disable, disabled, min(disabled, logging.DEBUG), undo)


def _set(setter: Callable[[int], None], before: int, value: int, undo: ExitStack) -> None:
    setter(value)
    undo.callback(setter, before)


def _move(temporary: Path, path: Path) -> None:
    with suppress(OSError):  # a log is no reason to fail
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(path)
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def _spent(clock: Clock) -> str:
    return f"{clock.seconds:.3f} s, peak memory {clock.peak_memory / 1e6:,.0f} MB"


def _rows(stem: Path) -> str:
    manifest = Manifest.read(stem.parent / f"{stem.name}{SUFFIX}")
    return "" if manifest is None or manifest.rows is None else f", {manifest.rows:,} rows"
