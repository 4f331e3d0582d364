"""The board, the lines of a log, and the live view on a pseudo-terminal."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from slipstream.graph import State
from slipstream.progress import Board, Line, Nothing, draw, follow, plain

ROOT = Path(__file__).parents[2]


def board(*states):
    return Board({f"task{number}": Line(f"Task{number}", state) for number, state in enumerate(states)}, began=100.0)


def event(name, task="task0", at=101.0, **facts):
    return {"event": name, "task": task, "at": at, **facts}


def drawn(board, *, now=105.0, room=None):
    console = Console(width=70, color_system=None)
    with console.capture() as capture:
        console.print(draw(board, now, room))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_events_move_a_line():
    tasks = board(State.WAITING)
    assert tasks.take(event("start")).state == State.RUNNING
    line = tasks.take(event("done", at=103.5, rows=3))
    assert (line.state, line.seconds, line.rows) == (State.DONE, 2.5, 3)


def test_the_first_failure_is_the_cause():
    tasks = board(State.WAITING, State.WAITING)
    tasks.take(event("failed", "task1", error="no", traceback=""))
    tasks.take(event("failed", "task0", error="also", traceback=""))
    tasks.take(event("failed", "task1", error="later", traceback=""))
    assert tasks.first_failure.error == "no"


def test_events_of_tasks_that_are_not_on_the_board_are_ignored_unless_they_fail():
    tasks = board()
    assert tasks.take(event("start", "stranger")) is None
    assert tasks.take(event("done", "stranger", rows=None)) is None
    assert tasks.take(event("failed", "stranger_1_2", error="no", traceback="")).label == "stranger"


def test_closing_a_board_settles_every_line():
    tasks = board(State.CACHED, State.RUNNING, State.WAITING)
    tasks.lines["task1"].began = 101.0
    tasks.close(104.0, "it died")
    assert [line.state for line in tasks.lines.values()] == [State.CACHED, State.FAILED, State.NOT_RUN]
    assert (tasks.first_failure.error, tasks.first_failure.seconds) == ("it died", 3.0)


def test_the_total_counts_what_there_is():
    assert board(State.DONE, State.CACHED, State.CACHED).total(103.0) == "1 task run, 2 cached in 3.0 s"
    assert board(State.FAILED, State.NOT_RUN).total(103.0) == "0 tasks run, 0 cached, 1 failed, 1 not run in 3.0 s"


def test_a_plain_line_has_the_time_the_state_and_the_facts():
    line = Line("Items", State.DONE, began=1.0, seconds=2.0, rows=1234)
    assert re.fullmatch(r"\d\d:\d\d:\d\d  done      Items  2\.0 s  1,234 rows", plain(line, 3.0))


def test_the_picture_shows_one_line_a_task_and_a_total():
    tasks = board(State.CACHED, State.WAITING)
    tasks.lines["task2"] = Line("Task[bold]2", State.RUNNING, began=101.0)
    tasks.lines["task3"] = Line("Task3", State.DONE, began=101.0, seconds=1.0, rows=7)
    assert drawn(tasks) == [
        "=  Task0               cached",
        "·  Task1               waiting",
        "▶  Task[bold]2  4.0 s",
        "✔  Task3        1.0 s  7 rows",
        "1 task run, 1 cached, 1 running, 1 waiting in 5.0 s",
    ]


def test_a_small_terminal_shows_what_runs():
    tasks = board(*[State.CACHED] * 20, State.RUNNING, *[State.WAITING] * 20)
    lines = drawn(tasks, room=6)
    assert len(lines) == 6
    assert any("▶  Task20" in line for line in lines)
    assert any("… and 37 more" in line for line in lines)


def test_following_nothing_prints_what_is_cached(capsys):
    follow(board(State.CACHED), Nothing(), Console(highlight=False), live=False)
    first, last = capsys.readouterr().out.splitlines()
    assert first.endswith("cached    Task0")
    assert last.startswith("0 tasks run, 1 cached in ")


def test_a_terminal_sees_the_live_view(tmp_path):
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    command = [sys.executable, "-m", "slipstream", "run", "Party", "--module", "tests.slipstream.toys"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        while chunk := read(ours):
            seen += chunk
    os.close(ours)
    assert process.returncode == 0
    text = seen.decode()
    assert "\x1b[?25l" in text, "the cursor is hidden while the view lives"
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l"), "and shown again"
    final = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text).replace("\r", "").splitlines()[-5:]
    assert [re.sub(r"\d+\.\d s", "…", line).split() for line in final] == [
        ["✔", "Guests(count=2)", "…", "2", "rows"],
        ["✔", "Guests(count=3)", "…", "3", "rows"],
        ["✔", "Everybody", "…", "3", "rows"],
        ["✔", "Names", "…", "3", "rows"],
        ["4", "tasks", "run,", "0", "cached", "in", "…"],
    ]


def read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed
        return b""
