"""Sessions that come, go and fail."""

import subprocess
import sys
from pathlib import Path

import pytest

from slipstream.tasks.spark import cluster, session
from tests.clusters import REACHING, SETTINGS

pytestmark = pytest.mark.spark
ROOT = Path(__file__).parents[2]
COME_AND_GO = """
import sys
from pathlib import Path
from slipstream.tasks.spark import cluster
from tests.clusters import SETTINGS

with cluster({**SETTINGS, "spark.master": "local[1]"}, Path(sys.argv[1])) as spark:
    from pyspark import SparkContext
    java = SparkContext._gateway.proc
    folder = spark.folder
    print(spark.session.range(3).count(), folder.exists(), java.poll())
print(folder.exists(), java.poll() is not None, SparkContext._gateway, SparkContext._active_spark_context)
"""


def run(program, *arguments):
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=REACHING, capture_output=True, text=True, check=False, timeout=200)


def test_a_session_leaves_neither_files_nor_processes_behind(tmp_path):
    done = run(COME_AND_GO, tmp_path)
    assert done.stdout.splitlines() == ["3 True None", "False True None None"], done.stderr


def test_a_master_that_spark_does_not_know_is_refused_on_one_line(tmp_path):
    program = "import sys; from pathlib import Path; from slipstream.tasks.spark import cluster\n"
    done = run(f"{program}with cluster({{'spark.master': 'sprak://here'}}, Path(sys.argv[1])): pass", tmp_path)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ConnectionError: Spark did not start on sprak://here: ")
    assert "see to the option spark" in last


def test_a_cluster_that_gives_no_executor_is_not_waited_for(standalone, tmp_path):
    program = (
        "import sys; from pathlib import Path; from slipstream.tasks.spark import cluster, session\n"
        "session.PATIENCE = 1.0\n"
        f"settings = {{**{SETTINGS}, 'spark.executor.memory': '900g', 'spark.master': sys.argv[2]}}\n"
        "with cluster(settings, Path(sys.argv[1])): pass"
    )
    last = run(program, tmp_path, standalone.address).stderr.splitlines()[-1]
    assert last.startswith(f"ConnectionError: {standalone.address} gave no executor of 900g in 1 s; ")


def test_a_running_session_is_used_and_stays(standalone, tmp_path):
    for _ in range(2):
        with cluster({"spark.sql.shuffle.partitions": "3"}, tmp_path) as spark:
            assert spark.session.sparkContext.master == standalone.address
            assert spark.session.conf.get("spark.sql.shuffle.partitions") == "3"
            assert spark.session.conf.get("spark.sql.session.timeZone") == "UTC"


def test_a_process_forked_from_one_with_a_session_does_not_touch_it(standalone, tmp_path, monkeypatch):
    del standalone
    monkeypatch.setattr(session.multiprocessing, "parent_process", lambda: "the process that holds the session")
    with pytest.raises(RuntimeError, match="forked from one that holds a Spark session"), cluster({}, tmp_path):
        pass


def test_executors_run_the_code_of_this_process(standalone, tmp_path):
    del standalone

    def tell(batches):
        import pyarrow as pa

        import slipstream.tasks.kinds

        for batch in batches:
            yield pa.record_batch({"file": [slipstream.tasks.kinds.__file__] * len(batch)})

    with cluster({}, tmp_path) as spark:
        rows = spark.session.range(4, numPartitions=2).mapInArrow(tell, "file string").collect()
    assert len(rows) == 4
    assert all("/slipstream-" in row.file and ".zip/slipstream/tasks/kinds.py" in row.file for row in rows)


def test_what_a_function_refuses_on_an_executor_is_said_as_it_says_it(standalone, tmp_path):
    del standalone

    def refuse(batches):
        raise ValueError(f"3 of {len(list(batches))} batches are odd; even them out")

    with pytest.raises(ValueError, match=r"^3 of 1 batches are odd; even them out$"), cluster({}, tmp_path) as spark:
        spark.session.range(1, numPartitions=1).mapInArrow(refuse, "id bigint").collect()


def test_what_spark_refuses_is_one_line(standalone, tmp_path):
    del standalone
    with pytest.raises(RuntimeError, match=r"^Spark on local\[\*\] gave up: [^\n]+$"), cluster({}, tmp_path) as spark:
        spark.read(tmp_path / "nothing.parquet")
