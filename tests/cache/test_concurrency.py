"""Several processes that make or load the same products at once."""

import errno
import os
import signal
import time

import pytest

from slipstream.tasks.cache import storage
from slipstream.tasks.cache.target import ProductTarget
from tests.cache import children, race_tasks
from tests.cache.crash_tasks import Census, Facts, make
from tests.cache.hardships import descendants
from tests.cache.race_tasks import diamond, lines, wait_for

ROUNDS = 6


def raced(root, meet):
    """Have two processes build the same diamonds at once; give how often each task ran and what each process got."""
    barrier = children.SERVER.Barrier(2)
    both = [children.start(race_tasks.race, root, ROUNDS, meet, barrier) for _ in range(2)]
    return list(zip(*[child.answer() for child in both], strict=True))


def check_lineage(root, got):
    """Check that what was drawn from others was drawn from those that are there."""
    bottom = diamond(str(root), str(root / "told"), 1)
    left, right = bottom.parts
    drawn = {task.name: task.output().load() for task in (left.parts[0], left, right, bottom)}
    for name, parts in {"left": ["top"], "right": ["top"], "bottom": ["left", "right"]}.items():
        assert drawn[name]["loaded"] == {part: drawn[part]["own"] for part in parts}
    assert got == (drawn["bottom"], drawn["bottom"])


def test_two_processes_share_the_work_and_each_task_runs_once(tmp_path):
    for number, got in enumerate(raced(tmp_path, 1)):
        check_lineage(tmp_path / str(number), got)
        assert sorted(lines(tmp_path / str(number) / "told")) == ["bottom", "left", "right", "top"]
        assert list((tmp_path / str(number) / ".locks").iterdir()) == []
        assert list((tmp_path / str(number) / ".tmp").iterdir()) == []


def test_without_locks_the_work_is_done_twice_and_still_nothing_is_mixed(tmp_path):
    for number, got in enumerate(raced(tmp_path, 2)):
        root = tmp_path / str(number)
        check_lineage(root, got)
        assert sorted(lines(root / "told")) == ["bottom", "bottom", "left", "left", "right", "right", "top", "top"]
        assert len(list(root.rglob("*-*.json"))) == 4, "what lost the race is gone"


def test_without_locks_two_processes_heal_a_damaged_product_and_nothing_is_mixed(tmp_path):
    for number in range(ROUNDS):
        page = diamond(str(tmp_path / str(number)), "", 1).parts[0].parts[0].output().manifest_file
        page.parent.mkdir(parents=True)
        page.write_bytes(b"{")
    for number, got in enumerate(raced(tmp_path, 2)):
        check_lineage(tmp_path / str(number), got)


def test_the_lock_of_a_holder_that_was_killed_is_free_at_once(tmp_path):
    holder = children.start(race_tasks.hold, tmp_path)
    wait_for(lambda: lines(tmp_path / "told"))
    heir = children.start(race_tasks.hold, tmp_path)
    time.sleep(1)
    assert lines(tmp_path / "told") == ["top"]

    killed = time.monotonic()
    holder.kill()
    assert heir.answer()["loaded"] == {}
    assert time.monotonic() - killed < 5
    assert lines(tmp_path / "told") == ["top", "top"]


def test_a_fork_of_a_holder_that_was_killed_keeps_no_lock(tmp_path):
    holder = children.start(race_tasks.hold_and_fork, tmp_path)
    wait_for(lambda: lines(tmp_path / "told"))
    holder.kill()
    try:
        assert children.call(race_tasks.hold, tmp_path)["loaded"] == {}
    finally:
        os.kill(int(lines(tmp_path / "fork")[0]), signal.SIGKILL)


class Slow(ProductTarget):
    """Is overtaken between looking for a manifest and acting on what it found."""

    looks = 0

    def manifest(self):
        found = super().manifest()
        self.looks += 1
        if self.looks == 1:
            self.other.dump({"by": "another"}, lock_at_dump=False)
        return found


def test_whoever_clears_a_broken_manifest_does_not_clear_the_right_one_that_another_put_there(tmp_path):
    task = Facts(workspace_directory=str(tmp_path))
    target = task.output()
    target.manifest_file.parent.mkdir(parents=True)
    target.manifest_file.write_bytes(b"{")
    slow = Slow(target.root, task.place, target.key, target.codec, target._describe)
    slow.other = target

    slow.dump({"by": "me"}, lock_at_dump=False)
    assert slow.looks == 1
    assert target.load() == {"by": "another"}
    assert len(list(tmp_path.rglob("*-*.json"))) == 1


def test_a_file_system_without_hard_links_keeps_products_too(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(storage.os, "link", refuse)
    task = Facts(workspace_directory=str(tmp_path))
    make(task)
    first = task.output().load()
    task.dump({"by": "another"})

    assert task.output().load() == first
    assert list((tmp_path / ".tmp").iterdir()) == []


def test_four_workers_load_one_model_in_six_tasks(tmp_path):
    products = children.call(race_tasks.build_census, tmp_path)

    assert len(products) == 18
    for first in range(0, 18, 6):
        assert products[first : first + 6] == list(range(products[first], products[first] + 6))


def test_a_command_with_four_workers_loads_one_model_in_six_tasks(tmp_path):
    arguments = ("--module", "tests.cache.crash_tasks", "--workspace", str(tmp_path), "--workers", "4")
    assert children.call(race_tasks.command, tmp_path / "session", "run", "Census", *arguments) == 0
    assert all(task.complete() for task in Census(workspace_directory=str(tmp_path)).products.values())


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_command_that_was_killed_goes_on_where_it_stopped(tmp_path, workers):
    told, session = tmp_path / "told", tmp_path / "session"
    arguments = ["run", "Diamond", "--module", "tests.cache.race_tasks", "--workspace", str(tmp_path / "workspace")]
    arguments += ["--workers", workers, "--set", f"told={told}"]
    child = children.start(race_tasks.command, session, *arguments, "--set", "meet=2")
    tops = diamond(str(tmp_path / "workspace"), str(told), 1).parts[0].parts[0]
    wait_for(lambda: lines(told) == ["top"])
    race_tasks.tell(told, "top")
    wait_for(lambda: {"left", "right"} & set(lines(told)))
    assert tops.complete()
    before = tops.output().load()
    for number in descendants(int(session.read_text())):
        os.kill(number, signal.SIGKILL)
    child.process.join()

    assert children.call(race_tasks.command, session, *arguments) == 0
    assert tops.output().load() == before
    assert lines(told).count("top") == 2
    bottom = diamond(str(tmp_path / "workspace"), str(told), 1)
    check_lineage(tmp_path / "workspace", (bottom.output().load(),) * 2)
