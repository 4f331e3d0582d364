"""What is gathered of real runs, whole, failed, interrupted and half collected."""

import os
from pathlib import Path

from slipstream.graph import State
from slipstream.report.facts import LOG_BYTES, gather
from slipstream.report.runs import read_record
from slipstream.running import started
from slipstream.tasks.tables import Metric
from tests.slipstream.report.toys import HOSTILE, Gala
from tests.slipstream.test_running import wait_until
from tests.slipstream.toys import Party


def states(run):
    return {task.name: task.state for task in run.tasks}


def named(run, name):
    return next(task for task in run.tasks if task.name == name)


def test_a_run_tells_of_its_tasks(finished):
    run = finished
    register = named(run, "Register")

    assert set(states(run).values()) == {State.DONE}
    assert (register.rows, register.products, register.key) == (2, ("guests",), register.manifest.key)
    assert register.upstream == (named(run, "Refused").number,)
    assert run.downstream[register.number] == (named(run, "Speech").number,)
    assert register.seconds == register.manifest.seconds
    assert register.pid > 0
    assert HOSTILE in register.log
    assert "PRINT   stdout: read by hand" in register.log
    assert (run.saved, run.record.outcome) == (0, "done")


def test_a_second_run_says_what_the_cache_saved(facts):
    first = facts(Gala(workspace_directory="workspace", words=""))
    second = facts(Gala(workspace_directory="workspace"))

    assert states(second) == {
        "Refused": State.CACHED, "Register": State.CACHED, "Speech": State.DONE, "Applause": State.DONE,
    }  # fmt: skip
    cached = [task for task in first.tasks if task.state == State.DONE]
    assert second.saved == sum(task.manifest.seconds for task in cached)
    assert named(second, "Register").log == named(first, "Register").log


def test_a_failed_run_says_what_failed_and_what_waited(broken):
    run = broken
    failed = named(run, "Speech")

    assert states(run) == {
        "Refused": State.DONE, "Register": State.DONE, "Speech": State.FAILED, "Applause": State.NOT_RUN,
    }  # fmt: skip
    assert "no words for" in failed.error
    assert failed.traceback.startswith("Traceback")
    assert failed.log.rstrip().endswith(f"ValueError: no words for {HOSTILE}")
    assert (failed.manifest, failed.seconds > 0) == (None, True)


def test_tables_are_known_by_their_columns(finished):
    run = finished

    assert [task.name for task in run.quarantine_tables] == ["Refused"]
    assert [task.name for task in run.metrics] == [task.name for task in run.holding(Metric)] == ["Applause"]
    assert run.quarantined == {named(run, "Refused").number: 3, named(run, "Register").number: 3}
    assert len(run.metrics[0].table()) == 5


def test_what_was_collected_meanwhile_is_lost_and_the_rest_is_told(ran):
    folder = ran()
    for path in Path("workspace").rglob("Register_*.manifest.json"):
        path.unlink()
    for path in Path("workspace").rglob("Applause_*.parquet"):
        path.unlink()
    run = gather(read_record(folder))

    assert named(run, "Register").is_lost
    assert (named(run, "Register").rows, named(run, "Register").manifest) == (2, None)
    assert named(run, "Applause").table() is None


def test_a_run_that_goes_on_runs_and_one_that_was_ended_failed():
    with started(Party(trouble="never", workspace_directory="workspace"), 2) as current:
        record = lambda: gather(read_record(current.folder))  # noqa: E731
        wait_until(lambda: State.RUNNING in states(record()).values() and len(record().record.events) >= 5)
        run = record()
        assert (run.record.outcome, states(run)["Names"]) == ("running", State.WAITING)
    run = gather(read_record(current.folder))

    assert run.record.outcome in {"interrupted", "failed"}
    assert states(run)["Everybody"] == State.FAILED
    assert states(run)["Names"] == State.NOT_RUN


def test_a_long_log_is_cut_and_a_later_one_is_not_shown(ran):
    folder = ran()
    for path in Path("workspace").rglob("*.log"):
        path.write_text("first\n" + "word\n" * LOG_BYTES, encoding="utf-8")
    os.utime(next(Path("workspace").rglob("Register_*.log")), (2e9, 2e9))
    for path in Path("workspace").rglob("Refused_*.log"):
        os.utime(path, (1e9, 1e9))
    run = gather(read_record(folder))

    assert named(run, "Register").log == ""
    assert named(run, "Refused").log.startswith(f"… ({4 * LOG_BYTES + 6:,} bytes before)\nword\n")
