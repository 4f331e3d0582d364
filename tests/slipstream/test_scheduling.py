"""A quick scheduler that chooses what luigi's would choose."""

import time

import numpy as np
import pytest
from luigi.scheduler import Scheduler
from luigi.task_status import DONE, FAILED, PENDING

from slipstream.scheduling import LocalScheduler

SETTINGS = {"prune_on_get_work": True, "record_task_history": False}


def graph(seed, size=60):
    """Draw a graph: {task: what it depends on}, with priorities and a few resources."""
    chance = np.random.default_rng(seed)
    names = [f"task {number}" for number in range(size)]
    deps = {
        name: list(chance.choice(names[:at], min(at, chance.integers(4)), replace=False))
        for at, name in enumerate(names)
    }
    priorities = dict(zip(names, chance.integers(0, 3, size).tolist(), strict=True))
    resources = {name: {"gpu": 1} if chance.random() < 0.1 else {} for name in names}
    failing = {name for name in names if chance.random() < 0.05}
    return deps, priorities, resources, failing


def run(scheduler, drawn, hands):
    """Run a graph as a worker with so many hands would, and list what was chosen when."""
    deps, priorities, resources, failing = drawn
    for name in reversed(deps):
        facts = {"deps": deps[name], "priority": priorities[name], "resources": resources[name]}
        scheduler.add_task(worker="w", task_id=name, status=PENDING, family="Family", params={}, **facts)
    chosen, running = [], []
    while True:
        task = scheduler.get_work(worker="w", current_tasks=running)["task_id"] if len(running) < hands else None
        chosen.append(task)
        if task is not None:
            running.append(task)
        elif running:
            done = running.pop(0)
            status = FAILED if done in failing else DONE
            scheduler.add_task(worker="w", task_id=done, status=status, expl="", resources=resources[done])
        else:
            return chosen


@pytest.mark.parametrize("hands", [1, 3])
@pytest.mark.parametrize("seed", range(5))
def test_work_is_handed_out_in_the_order_of_luigi(seed, hands):
    drawn = graph(seed)
    quick, luigis = run(LocalScheduler(**SETTINGS), drawn, hands), run(Scheduler(**SETTINGS), drawn, hands)
    assert quick == luigis
    assert len(set(quick)) > 10


def test_a_requirement_that_turned_up_later_comes_first():
    scheduler = LocalScheduler(**SETTINGS)
    scheduler.add_task(worker="w", task_id="whole", status=PENDING)
    assert scheduler.get_work(worker="w", current_tasks=[])["task_id"] == "whole"
    scheduler.add_task(worker="w", task_id="part", status=PENDING)
    scheduler.add_task(worker="w", task_id="whole", status=PENDING, new_deps=["part"])
    assert scheduler.get_work(worker="w", current_tasks=[])["task_id"] == "part"
    assert scheduler.get_work(worker="w", current_tasks=["part"])["task_id"] is None
    scheduler.add_task(worker="w", task_id="part", status=DONE)
    assert scheduler.get_work(worker="w", current_tasks=[])["task_id"] == "whole"


def test_a_failed_task_is_tried_again_and_then_what_needs_it():
    scheduler = LocalScheduler(**SETTINGS, retry_delay=0.0, retry_count=2)
    scheduler.add_task(worker="w", task_id="after", status=PENDING, deps=["before"])
    scheduler.add_task(worker="w", task_id="before", status=PENDING)
    for status in (FAILED, DONE):
        assert scheduler.get_work(worker="w", current_tasks=[])["task_id"] == "before"
        scheduler.add_task(worker="w", task_id="before", status=status, expl="")
    assert scheduler.get_work(worker="w", current_tasks=[])["task_id"] == "after"


def test_what_no_worker_may_run_is_not_handed_out():
    scheduler = LocalScheduler(**SETTINGS)
    scheduler.add_task(worker="w", task_id="outside", status=PENDING, runnable=False)
    scheduler.add_task(worker="w", task_id="inside", status=PENDING, deps=["outside"])
    reply = scheduler.get_work(worker="w", current_tasks=[])
    assert (reply["task_id"], reply["n_pending_tasks"]) == (None, 1)


def test_a_lost_task_is_handed_out_again():
    scheduler = LocalScheduler(**SETTINGS)
    for name in ("a", "b"):
        scheduler.add_task(worker="w", task_id=name, status=PENDING)
    assert scheduler.get_work(worker="w", current_tasks=[])["task_id"] == "a"
    assert scheduler.get_work(worker="w", current_tasks=[])["task_id"] == "a"


def test_the_effort_for_a_task_does_not_grow_with_the_graph():
    def seconds(size):
        scheduler = LocalScheduler(**SETTINGS)
        drawn = (
            {f"{number}": [] for number in range(size)},
            *([dict.fromkeys(map(str, range(size)), v) for v in (0, {})]),
            set(),
        )
        began = time.process_time()
        run(scheduler, drawn, 1)
        return (time.process_time() - began) / size

    few, many = (min(seconds(size) for _ in range(3)) for size in (300, 3000))
    assert many < 3 * few
