"""A few long-lived processes that do what a process for every task did."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from pathlib import Path

import luigi
import pytest
from luigi import LuigiStatusCode

from slipstream.pool import PoolFactory, PoolWorker


class Note(luigi.Task):
    """Notes which process it runs in; `how` says how it fares."""

    name: luigi.Parameter = luigi.Parameter()
    how: luigi.Parameter = luigi.Parameter(default="")
    after: luigi.ListParameter = luigi.ListParameter(default=())

    @property
    def worker_timeout(self):
        return 1 if self.how == "sleep" else None

    def requires(self):
        return [Note(*earlier) for earlier in self.after]

    def output(self):
        return luigi.LocalTarget(self.name)

    def run(self):
        getattr(self, f"_{self.how}", lambda: None)()
        if self.how == "yield":
            yield [Note("found 1"), Note("found 2")]
        Path(self.name).write_text(str(os.getpid()))

    def _error(self):
        raise ValueError(f"{self.name} is broken")

    def _death(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def _sleep(self):
        time.sleep(30)

    def _first(self):
        if not Path("tried").exists():
            Path("tried").touch()
            raise ValueError("not yet")

    def _wait(self):
        try:
            Path(f"{self.name} waits").write_text(str(os.getpid()))
            wait_until(Path("go").exists)
        finally:
            Path(f"{self.name} cleans up").touch()


class Stubborn(Note):
    """Is tried again."""

    retry_count = 3


class All(luigi.WrapperTask):
    """Tasks of given names and fares."""

    notes: luigi.ListParameter = luigi.ListParameter()

    def requires(self):
        return [Note(*note) for note in self.notes]


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    config = luigi.configuration.get_config()
    before = {section: dict(config.items(section)) for section in config.sections()}
    config.set("core", "no_configure_logging", "true")
    yield
    for section in set(config.sections()) - set(before):
        config.remove_section(section)


@pytest.fixture
def heard():
    """Write what happens to tasks, in whatever process, to one file, and read it."""
    told = {}

    def tell(event):
        def write(task, *facts):
            with Path("heard").open("a") as file:
                file.write(f"{event} {getattr(task, 'name', 'all')} {' '.join(map(str, facts))}".split("\n")[0] + "\n")

        told[event] = luigi.Task.event_handler(getattr(luigi.Event, event))(write)

    for event in ("START", "SUCCESS", "FAILURE", "PROCESS_FAILURE", "TIMEOUT"):
        tell(event)
    yield lambda: sorted(Path("heard").read_text().splitlines())
    for event, write in told.items():
        luigi.Task.remove_event_handler(getattr(luigi.Event, event), write)


def wait_until(true):
    for _ in range(3000):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("it never came to be")


def build(task, workers=2, factory=PoolFactory):
    options = {"worker_scheduler_factory": factory(), "local_scheduler": True, "detailed_summary": True}
    return luigi.build([task], workers=workers, **options).status


def processes(pattern="*"):
    return {int(path.read_text()) for path in Path().glob(pattern) if path.read_text().isdigit()}


def is_running(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("workers", [2, 3])
def test_many_tasks_share_a_few_processes(workers):
    assert build(All([[f"{number}"] for number in range(20)]), workers) == LuigiStatusCode.SUCCESS
    assert len(list(Path().iterdir())) == 20
    assert 1 <= len(processes()) <= workers
    assert os.getpid() not in processes()
    assert not multiprocessing.active_children()


def test_a_single_worker_runs_tasks_itself():
    assert build(All([["a"], ["b"]]), 1) == LuigiStatusCode.SUCCESS
    assert processes() == {os.getpid()}


def test_processes_are_forked_before_any_thread_is_started():
    threads = []

    class Watched(PoolWorker):
        def _forked(self):
            threads.append(threading.active_count())
            return super()._forked()

    class Factory(PoolFactory):
        def create_worker(self, scheduler, worker_processes, assistant=False):
            return Watched(scheduler=scheduler, worker_processes=worker_processes, assistant=assistant)

    assert build(All([["a"], ["b"], ["c"]]), 2, Factory) == LuigiStatusCode.SUCCESS
    assert threads == [threading.active_count()] * 2


def test_nothing_is_forked_for_what_is_there():
    build(All([["a"], ["b"]]))
    before = processes()
    assert build(All([["a"], ["b"]])) == LuigiStatusCode.SUCCESS
    assert processes() == before


def test_events_are_told_and_failures_keep_what_needs_them_from_running(heard):
    notes = [["a"], ["b", "error"], ["c", "", [["b", "error"]]], ["d", "", [["a"]]]]
    assert build(All(notes)) == LuigiStatusCode.FAILED
    assert heard() == sorted(["START a ", "SUCCESS a ", "START b ", "FAILURE b b is broken", "START d ", "SUCCESS d "])


def test_a_killed_process_is_told_of_and_replaced(heard):
    notes = [["a", "death"], ["b", "death"], *([f"{number}"] for number in range(6))]
    assert build(All(notes)) == LuigiStatusCode.FAILED
    deaths = {line for line in heard() if line.startswith("PROCESS_FAILURE")}
    assert sorted(line.split()[1] for line in deaths) == ["a", "b"]
    assert all(line.endswith("died unexpectedly with exit code -9") for line in deaths)
    assert sum(line.startswith("SUCCESS") for line in heard()) == 6
    assert not multiprocessing.active_children()


def test_requirements_that_turn_up_later_run_too():
    assert build(All([["a", "yield"], ["b"]])) == LuigiStatusCode.SUCCESS
    assert {path.name for path in Path().iterdir()} == {"a", "b", "found 1", "found 2"}


def test_a_task_with_a_timeout_is_ended_alone(heard):
    assert build(All([["a", "sleep"], ["b"], ["c"]])) == LuigiStatusCode.FAILED
    (timeout,) = (line for line in heard() if line.startswith("TIMEOUT"))
    assert timeout.endswith("timed out after 1 seconds and was terminated.")
    assert Path("b").exists()
    assert Path("c").exists()


def test_a_task_that_failed_is_tried_again(heard):
    config = luigi.configuration.get_config()
    config.set("gokart_worker", "keep_alive", "true")
    for name in ("wait_interval", "wait_jitter"):
        config.set("gokart_worker", name, "0.01")
    config.set("scheduler", "retry_delay", "0")
    assert build(Stubborn("a", "first")) == LuigiStatusCode.SUCCESS_WITH_RETRY
    assert [line.split()[0] for line in heard()] == ["FAILURE", "START", "START", "SUCCESS"]


@pytest.fixture
def conductor():
    """Start a run in a process of its own, with a runner that waits and one that has nothing to do."""

    def conduct():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
        build(All([["a", "wait"], ["b"]]))

    process = multiprocessing.get_context("fork").Process(target=conduct)
    process.start()
    wait_until(lambda: len(processes("a waits") | processes("b")) == 2)
    yield process
    process.kill()
    process.join()


def test_terminating_the_run_ends_its_processes_and_lets_them_clean_up(conductor):
    runners = processes()
    conductor.terminate()
    conductor.join()
    assert conductor.exitcode == 130
    assert not [runner for runner in runners if is_running(runner)]
    assert Path("a cleans up").exists()
    assert not Path("a").exists()


def test_when_the_run_is_killed_its_processes_end_with_their_task(conductor):
    waiting, idle = processes("a waits"), processes("b")
    conductor.kill()
    wait_until(lambda: not is_running(*idle))
    assert is_running(*waiting)
    Path("go").touch()
    wait_until(lambda: not is_running(*waiting))


def test_a_runner_that_is_terminated_ends_and_its_task_has_failed(conductor):
    (waiting,) = processes("a waits")
    os.kill(waiting, signal.SIGTERM)
    conductor.join()
    assert Path("a cleans up").exists()
    assert not is_running(waiting)
    assert conductor.exitcode == 0
