"""What a run will take, told before it starts."""

import json
from pathlib import Path

import pytest

from slipstream import foresight, graph
from slipstream.foresight import STANDING, Need, free_memory, needs, warnings
from slipstream.running import logs_of, started
from tests.slipstream.toys import Party

GB = 10**9


@pytest.fixture
def grown():
    """A party whose list of names grew to four times its size since the last run."""
    file = Path("names.txt")
    file.write_text("x" * 100)
    first = Party(count=2, file=str(file), workspace_directory="workspace")
    with started(first, 1) as run:
        run.process.join()
    file.write_text("x" * 400)
    return Party(count=5, file=str(file), workspace_directory="workspace")


def tell_peaks(**peaks):
    """Let the manifests of classes say how much memory they took; the other classes took the least."""
    for page in Path("workspace").rglob("*.manifest.json"):
        name = page.name.partition("_")[0]
        page.write_text(json.dumps({**json.loads(page.read_text()), "peak_memory": peaks.get(name, STANDING)}))


def test_what_a_task_took_grows_with_the_input(grown):
    tell_peaks(Everybody=STANDING + GB)
    found = {need.label: need for need in needs(graph.steps(grown), logs_of(grown))}
    assert set(found) == {"Guests(count=5)", "Everybody", "Names"}
    assert found["Everybody"].scale == 4
    assert found["Everybody"].bytes == STANDING + 4 * GB


def test_what_does_not_fit_is_named_with_its_knob(grown, monkeypatch):
    tell_peaks(Everybody=STANDING + GB)
    monkeypatch.setattr("tests.slipstream.toys.Everybody.memory_knob", "count", raising=False)
    steps, logs = graph.steps(grown), logs_of(grown)
    assert list(warnings(steps, logs, 1, 5 * GB)) == []
    [line] = warnings(steps, logs, 1, 3 * GB)
    assert line == (
        "memory: Everybody needs about 4.3 GB of memory (it took 1.3 GB for 25% of this input), 3.0 GB are free; "
        "lower count, or run it on a larger machine"
    )


def test_tasks_that_do_not_fit_beside_each_other_ask_for_fewer_workers(grown):
    tell_peaks(Everybody=STANDING + GB, Names=STANDING + GB)
    steps, logs = graph.steps(grown), logs_of(grown)
    assert list(warnings(steps, logs, 1, 5 * GB)) == []
    [line] = warnings(steps, logs, 2, 5 * GB)
    assert line.startswith("memory: Everybody and Names need about 8.6 GB at once, 5.0 GB are free")
    assert line.endswith("lower --workers")


def test_without_an_earlier_run_nothing_is_said():
    party = Party(workspace_directory="workspace")
    assert list(needs(graph.steps(party), logs_of(party))) == []


def test_a_smaller_input_needs_what_the_libraries_take():
    assert Need("Names", STANDING + GB, 0.5, "").bytes == STANDING + GB // 2
    assert Need("Names", STANDING // 2, 8, "").bytes == STANDING


@pytest.mark.usefixtures("grown")
def test_the_run_says_so_and_goes_on(slipstream, monkeypatch):
    tell_peaks(Everybody=STANDING + GB)
    monkeypatch.setattr(foresight, "free_memory", lambda: GB)
    code, _, err = slipstream(
        "run", "Party", "--module", "tests.slipstream.toys", "--set", "count=5", "--set", "file=names.txt"
    )
    assert code == 0
    assert [line.partition(" (")[0] for line in err] == ["memory: Everybody needs about 4.3 GB of memory"]


def test_the_control_group_bounds_what_is_free(tmp_path, monkeypatch):
    whole = free_memory()
    most, used = tmp_path / "max", tmp_path / "current"
    most.write_text(f"{whole}\n")
    used.write_text(f"{whole - 1000}\n")
    monkeypatch.setattr(foresight, "GROUPS", ((most, used),))
    assert free_memory() == 1000
    most.write_text("max\n")
    assert free_memory() > 1000
