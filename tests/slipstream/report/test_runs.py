"""Runs found by their folders, and told from their journals."""

import fcntl
import json

import pytest

from slipstream.report.runs import find_run, read_record, run_folders
from slipstream.stop import Code, Stop


@pytest.fixture
def log(tmp_path):
    return tmp_path / "workspace" / "log"


def written(log, name, *events, pipeline="Party"):
    folder = log / name
    folder.mkdir(parents=True)
    plan = {"event": "plan", "task": "", "at": 1000.0, "pid": 1, "id": "Party_1", "pipeline": pipeline, "tasks": []}
    lines = [plan, *({"task": "", "pid": 1, **event} for event in events)]
    (folder / "journal.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return folder


def test_runs_stand_in_the_order_they_were_made(log):
    names = ["20260102T000000-Party-b", "20260101T000000-Wake-z", "20260103T000000-Party-a"]
    for name in names:
        written(log, name)

    assert [folder.name for folder in run_folders(log.parent)] == sorted(names)
    assert find_run(log.parent, None).name == names[2]
    assert find_run(log.parent, "20260101").name == names[1]
    assert find_run(log.parent, names[0]).name == names[0]


def test_an_unknown_run_names_those_that_are_near(log):
    written(log, "20260101T000000-Party-abc")
    with pytest.raises(Stop, match=r"no run '20260101T000000-Party-abd'; did you mean 20260101T000000-Party-abc"):
        find_run(log.parent, "20260101T000000-Party-abd")


def test_a_beginning_that_several_runs_share_is_too_short(log):
    for name in ("20260101T000000-Party-abc", "20260101T000000-Party-abd"):
        written(log, name)
    with pytest.raises(Stop, match="2 runs begin with '2026'"):
        find_run(log.parent, "2026")


def test_a_workspace_without_runs_says_how_to_make_one(tmp_path):
    with pytest.raises(Stop, match="has no run yet; make one by: slipstream run PIPELINE") as caught:
        find_run(tmp_path, None)
    assert caught.value.code == Code.MISSING_DATA


@pytest.mark.parametrize(
    ("code", "outcome"), [(0, "done"), (40, "failed"), (20, "missing data"), (30, "not run"), (50, "not scheduled")]
)
def test_a_run_ends_in_a_word(log, code, outcome):
    record = read_record(written(log, "1-Party-a", {"event": "end", "code": code, "at": 1007.5}))

    assert (record.outcome, record.seconds, record.code) == (outcome, 7.5, code)
    assert f"{record.began:%Y}" == "1970"
    assert record.workspace == log.parent


def test_a_run_without_an_end_runs_as_long_as_its_lock_is_held(log):
    folder = written(log, "1-Party-a", {"event": "start", "at": 1001.0})
    assert read_record(folder).outcome == "interrupted"
    with (log / "Party_1.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert read_record(folder).outcome == "running"
    assert read_record(folder).outcome == "interrupted"


def test_a_lock_held_by_a_later_run_says_nothing_of_an_earlier_one(log):
    earlier = written(log, "20260101T000000-Party-a")
    written(log, "20260102T000000-Party-b")
    with (log / "Party_1.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert read_record(earlier).outcome == "interrupted"


def test_a_journal_without_a_plan_is_no_record(log):
    folder = written(log, "1-Party-a")
    (folder / "journal.jsonl").write_text('{"event": "start", "task": "a", "at": 1}\n')
    assert read_record(folder) is None
    (folder / "journal.jsonl").write_text("not json\n")
    assert read_record(folder) is None
