"""Running a pipeline, from the outside."""

import multiprocessing
import re
import time
from pathlib import Path

import pytest

from slipstream import cli

both = pytest.mark.parametrize("workers", ["1", "2"])


def wait_for(pattern):
    for _ in range(1000):
        found = list(Path().glob(pattern))
        if found:
            return found[0]
        time.sleep(0.01)
    raise AssertionError(f"nothing matches {pattern}")


def without_times(lines):
    lines = [line.replace(f"{Path.cwd()}/", "") for line in lines]
    return [re.sub(r"\d+:\d+:\d+|\d+\.\d s|[0-9]{8}T[0-9]{6}-Party-[a-z0-9_]+", "…", line) for line in lines]


@both
def test_a_run_tells_of_every_task_and_a_second_one_finds_all_cached(slipstream, workers):
    code, out, err = slipstream("run", "Party", "--workers", workers)
    told = sorted(line.split("  ", 1)[1].strip() for line in without_times(out[:-1]))
    assert (code, err) == (0, [])
    assert told == sorted(
        [f"start     {name}" for name in ("Guests(count=2)", "Guests(count=3)", "Everybody", "Names")]
        + ["done      Guests(count=2)  …  2 rows", "done      Guests(count=3)  …  3 rows"]
        + ["done      Everybody  …  3 rows", "done      Names  …  3 rows"]
    )
    assert out[-1].startswith("4 tasks run, 0 cached in ")

    code, out, err = slipstream("run", "Party", "--workers", workers)
    assert (code, err) == (0, [])
    assert [line.split()[1] for line in out[:-1]] == ["cached"] * 4
    assert out[-1].startswith("0 tasks run, 4 cached in ")


def test_only_what_changed_runs(slipstream):
    slipstream("run", "Party")
    _, out, _ = slipstream("run", "Party", "--set", "count=5")
    assert out[-1].startswith("3 tasks run, 1 cached in ")


def test_both_numbers_of_workers_fail_with_the_same_words(slipstream):
    heard = {}
    for workers in ("1", "2"):
        slipstream("run", "Party", "--workspace", workers)
        arguments = ("run", "Party", "--set", "trouble=error", "--workspace", workers, "--workers", workers)
        code, out, err = slipstream(*arguments)
        err = [line.replace(f" {workers}/", " ") for line in without_times(err)]
        heard[workers] = code, without_times(out), err
    assert heard["1"] == heard["2"]
    code, out, err = heard["1"]
    assert code == 40
    assert out[-1] == "0 tasks run, 2 cached, 1 failed, 1 not run in …"
    assert err[-1] == "error: Everybody failed: ValueError: 3 of 40 guests have [red]no chair; bring some"
    assert re.fullmatch(r"see log/…/Everybody-\w+\.txt", err[-2])


@both
def test_the_traceback_is_in_the_named_file(slipstream, workers):
    _, _, err = slipstream("run", "Party", "--set", "trouble=error", "--workers", workers)
    page = Path(err[-2].removeprefix("see ")).read_text(encoding="utf-8")
    assert page.startswith("Traceback")
    assert "toys.py" in page
    _, _, err = slipstream("run", "Party", "--set", "trouble=error", "--workers", workers, "--debug")
    assert err[0] == page.splitlines()[0]
    assert err[-1].startswith("error: Everybody failed: ValueError")


@both
def test_a_task_that_is_killed_is_named(slipstream, workers):
    code, out, err = slipstream("run", "Party", "--set", "trouble=death", "--workers", workers)
    assert code == 40
    assert out[-1].startswith("2 tasks run, 0 cached, 1 failed, 1 not run in ")
    assert err[-1] == "error: Everybody failed: its process was ended by SIGKILL, perhaps for lack of memory"


@both
def test_what_tasks_print_is_kept_apart(slipstream, workers):
    _, out, err = slipstream("run", "Party", "--workers", workers)
    assert not [line for line in [*out, *err] if "may print" in line]
    assert "a task may print" in wait_for("workspace/log/*/output.log").read_text(encoding="utf-8")


def test_the_same_run_twice_at_once_is_refused(slipstream):
    arguments = ("run", "Party", "--set", "trouble=go")
    first = multiprocessing.get_context("fork").Process(target=lambda: cli.sys.exit(cli.execute(arguments)))
    first.start()
    try:
        wait_for("workspace/log/*/journal.jsonl")
        code, _, err = slipstream(*arguments)
        assert code == 10
        assert re.fullmatch(r"error: Party\[\w+\] is already running in workspace; wait for it, .*", err[-1])
    finally:
        Path("go").touch()
        first.join()
    assert first.exitcode == 0
    assert slipstream(*arguments)[0] == 0


def test_missing_outside_data_has_its_own_exit_code(slipstream):
    code, out, err = slipstream("run", "Party", "--set", "file=nowhere.csv")
    assert (code, out) == (20, [])
    assert err == ["error: Names needs a file that is not there: nowhere.csv"]


def test_a_workspace_that_cannot_be_written_to_is_named(slipstream):
    Path("taken").touch()
    code, _, err = slipstream("run", "Party", "--workspace", "taken")
    assert code == 50
    assert err[-1].startswith("error: cannot write to taken/log: ")
