"""A task's own log, whatever the task does and however logging is set up."""

import io
import logging
import multiprocessing
import os
import re
import sys
import warnings
from contextlib import contextmanager

import pytest

from slipstream.tasks.cache.running import Clock
from slipstream.tasks.cache.survey import UNFINISHED_LOG
from slipstream.tasks.cache.tasklog import task_log

LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\w+) +(\S+): (.*)")
logger = logging.getLogger("tests.tasklog")


@pytest.fixture
def plainly(monkeypatch):
    """Log as a plain process does: no handler, warnings and above."""

    @contextmanager
    def plain_logging():
        with monkeypatch.context() as patch:
            patch.setattr(logging.root, "handlers", [])
            patch.setattr(logging.root, "level", logging.WARNING)
            logging.root.manager._clear_cache()
            yield logging.root
        logging.root.manager._clear_cache()

    return plain_logging


@pytest.fixture
def stem(workspace):
    return workspace / "house" / "Task_0123"


def kept(stem):
    return (stem.parent / f"{stem.name}.log").read_text(encoding="utf-8").splitlines()


def told(stem):
    """What the body said: level, logger and message of each line between the first and the last."""
    return [LINE.fullmatch(line).groups()[1:] for line in kept(stem)[1:-1]]


def test_what_a_task_logs_and_prints_stands_between_its_start_and_its_end(workspace, stem, capsys):
    with task_log(workspace, stem, Clock()):
        logger.info("%d rows", 3)
        logger.debug("too much")
        print("half a", end=" ")
        print("line")
        print("oh", file=sys.stderr)
        print("unfinished", end="")

    first, *_, last = kept(stem)
    assert re.search(rf"INFO +Task_0123: started on \S+, pid {os.getpid()}$", first)
    assert re.search(r"INFO +Task_0123: done in \d\.\d{3} s, peak memory [\d,]+ MB$", last)
    assert told(stem) == [
        ("INFO", "tests.tasklog", "3 rows"),
        ("PRINT", "stdout", "half a line"),
        ("PRINT", "stderr", "oh"),
        ("PRINT", "stdout", "unfinished"),
    ]
    assert capsys.readouterr() == ("half a line\nunfinished", "oh\n"), "it is printed all the same"


def test_a_failed_task_leaves_its_log_with_the_traceback_last(workspace, stem):
    def get_into_trouble():
        logger.info("before")
        raise ValueError("no chair")

    with pytest.raises(ValueError, match="no chair"), task_log(workspace, stem, Clock()):
        get_into_trouble()

    lines = kept(stem)
    assert "before" in lines[1]
    assert re.search(r"ERROR +Task_0123: failed after", lines[2])
    assert lines[3] == "Traceback (most recent call last):"
    assert lines[-1] == "ValueError: no chair"


def test_an_error_of_the_file_system_stays_the_tasks_own(workspace, stem):
    with pytest.raises(FileNotFoundError, match="lost"), task_log(workspace, stem, Clock()):
        raise FileNotFoundError(2, "lost", "events.csv")


def test_the_log_of_an_earlier_run_is_replaced_and_nothing_else_is_left(workspace, stem):
    for word in ("first", "second"):
        with task_log(workspace, stem, Clock()):
            logger.info(word)

    assert told(stem) == [("INFO", "tests.tasklog", "second")]
    assert [path.name for path in workspace.rglob("*") if path.is_file()] == ["Task_0123.log"]
    assert not list((workspace / ".tmp").iterdir())


def test_while_the_task_runs_its_log_lies_where_temporary_things_are_collected(workspace, stem):
    with task_log(workspace, stem, Clock()):
        [path] = (workspace / ".tmp").iterdir()

        assert UNFINISHED_LOG.fullmatch(path.name)
        assert not stem.parent.exists()


def test_logging_and_streams_are_as_before_afterwards(workspace, stem, plainly):
    before, handler = (sys.stdout, sys.stderr), logging.StreamHandler(io.StringIO())
    with plainly() as root:
        root.addHandler(handler)
        logging.disable(logging.INFO)
        with pytest.raises(KeyboardInterrupt), task_log(workspace, stem, Clock()):
            raise KeyboardInterrupt
        assert (root.handlers, root.level, root.manager.disable) == ([handler], logging.WARNING, logging.INFO)
        logging.disable(logging.NOTSET)

    assert (sys.stdout, sys.stderr) == before
    assert not handler.filters


def test_other_handlers_get_what_they_got_before(workspace, stem, plainly):
    page, loud = io.StringIO(), logging.getLogger("tests.loud")
    loud.setLevel(logging.INFO)
    with plainly() as root:
        root.addHandler(logging.StreamHandler(page))
        with task_log(workspace, stem, Clock()):
            logger.info("only kept")
            loud.info("asked for")
            logger.warning("look")
    loud.setLevel(logging.NOTSET)

    assert page.getvalue().splitlines() == ["asked for", "look"]
    assert [line[2] for line in told(stem)] == ["only kept", "asked for", "look"]


def test_what_a_caller_disabled_is_kept_yet_not_shown(workspace, stem, plainly):
    page = io.StringIO()
    with plainly() as root:
        root.addHandler(logging.StreamHandler(page))
        logging.disable(logging.WARNING)
        with task_log(workspace, stem, Clock()):
            logger.warning("look")
        logging.disable(logging.NOTSET)

    assert page.getvalue() == ""
    assert told(stem) == [("WARNING", "tests.tasklog", "look")]


def test_warnings_are_shown_where_nobody_set_up_logging(workspace, stem, plainly, capsys):
    with plainly(), task_log(workspace, stem, Clock()):
        logger.warning("look")
        logger.info("quiet")

    assert capsys.readouterr().err == "look\n"
    assert [line[2] for line in told(stem)] == ["look", "quiet"], "once each"


def test_captured_warnings_are_kept(workspace, stem):
    logging.captureWarnings(capture=True)
    try:
        with task_log(workspace, stem, Clock()), warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.getLogger("py.warnings").warning("old")
            warnings.showwarning("ageing", DeprecationWarning, "file.py", 1)
    finally:
        logging.captureWarnings(capture=False)

    text = "\n".join(kept(stem))
    assert "WARNING py.warnings: old" in text
    assert "DeprecationWarning: ageing" in text


def test_a_task_in_a_task_has_its_own_log_and_the_outer_one_has_both(workspace, stem):
    inner = stem.parent / "Inner_4567"
    with task_log(workspace, stem, Clock()):
        logger.info("one")
        with task_log(workspace, inner, Clock()):
            print("two")
        logger.info("three")

    assert [line[2] for line in told(stem)] == ["one", "two", "three"]
    assert [line[2] for line in told(inner)] == ["two"]


def test_what_forked_processes_say_is_kept_whole(workspace, stem):
    def talk(name):
        for _ in range(100):
            logger.info(name * 200)

    with task_log(workspace, stem, Clock()):
        children = [multiprocessing.get_context("fork").Process(target=talk, args=(name,)) for name in "ab"]
        for child in children:
            child.start()
        for child in children:
            child.join()

    assert sorted({line[2] for line in told(stem)}) == ["a" * 200, "b" * 200]
    assert len(told(stem)) == 200


def test_a_forked_child_that_leaves_by_the_tasks_own_way_takes_no_log_away(workspace, stem):
    with task_log(workspace, stem, Clock()):
        child = os.fork()
        try:
            if not child:
                sys.exit(3)
        except SystemExit:
            os._exit(3)
        os.waitpid(child, 0)
        logger.info("still here")

    assert told(stem)[-1] == ("INFO", "tests.tasklog", "still here")


def test_a_stream_kept_by_the_task_still_works_afterwards(workspace, stem, capsys):
    with task_log(workspace, stem, Clock()):
        kept_stream = sys.stdout
    print("later", file=kept_stream)

    assert capsys.readouterr().out == "later\n"
    assert told(stem) == []


def test_a_bar_of_progress_is_one_line(workspace, stem):
    with task_log(workspace, stem, Clock()):
        for share in (10, 50, 100):
            print(f"\r{share} %", end="")
        print()

    assert told(stem) == [("PRINT", "stdout", "100 %")]


def test_a_wrong_call_of_a_logger_ends_no_task(workspace, stem):
    with task_log(workspace, stem, Clock()):
        logger.info("%d rows", "three")

    assert any("Logging error" in line for line in kept(stem))
