import time

import numpy as np
import threadpoolctl

from slipstream.tasks.cache.running import measured


def threads():
    return [pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]


def test_blas_runs_on_one_thread_inside_and_as_before_outside():
    before = threads()
    with measured():
        inside = threads()

    assert inside
    assert set(inside) == {1}
    assert threads() == before


def test_peak_memory_is_that_of_the_body():
    with measured() as small:
        quiet = small.peak_memory
    with measured() as large:
        size = np.ones(30_000_000).nbytes
        loud = large.peak_memory

    assert loud - quiet > size / 2
    assert large.seconds > 0


def test_cpu_seconds_are_those_of_work_and_not_of_waiting():
    with measured() as waiting:
        time.sleep(0.3)
        idle = waiting.cpu_seconds
    with measured() as working:
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass
        busy = working.cpu_seconds

    assert idle < 0.2
    assert busy >= 0.3
