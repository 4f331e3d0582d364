"""A log of a thousand rows of which some cannot be read, from file to exit code."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from gokart.build import GokartBuildError

from slipstream.tasks.cache.index import files, read_index
from tests.pipelines.logs import Traces

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
HEADER = b"user_id,item_id,kind,at,value\n"
REASONS = {10: "no time in iso8601", 500: "missing", 990: "not valid utf-8"}
INI = """
[log]
as_of = 2024-02-01T00:00:00+00:00
events = [{{"path": "{path}"}}]
[TaskOnKart]
workspace_directory = {workspace}
"""


def good(number):
    return b"u%d,i%d,view,2024-01-01T00:00:%02dZ,1\n" % (number % 50, number % 40, number % 60)


def no_time(number):
    return b"u%d,i%d,view,yesterday,1\n" % (number % 50, number % 40)


def no_user(number):
    return b",i%d,view,2024-01-01T00:00:00Z,1\n" % (number % 40)


def no_text(number):
    return b"u\xff\xfe,i%d,view,2024-01-01T00:00:00Z,1\n" % (number % 40)


def write(folder, bad):
    """Write a thousand rows, those of the given numbers broken."""
    path = folder / "events.csv"
    path.write_bytes(HEADER + b"".join(bad.get(number, good)(number) for number in range(1, 1001)))
    return path


@pytest.fixture
def three(tmp_path):
    return write(tmp_path, {10: no_time, 500: no_user, 990: no_text})


@pytest.fixture
def thirty(tmp_path):
    return write(tmp_path, {7 + 30 * number: (no_time, no_user, no_text)[number % 3] for number in range(30)})


def unfinished(workspace):
    """Name products without a manifest, manifests without a product, and what is left of writing."""
    index = read_index(workspace)
    named = {path for entry in index.entries for path in (entry.page, entry.file)}
    left = {entry.page for entry in index.entries if not entry.is_whole} | {*(workspace / ".tmp").iterdir()}
    return sorted(left | {path for path in files(workspace) if path not in named and path.suffix != ".log"})


def tables(workspace, name):
    return [pd.read_parquet(path) for path in workspace.rglob(f"{name}_*.parquet")]


def log(path, **knobs):
    return Traces(as_of=AS_OF, events=[{"path": str(path)}], **knobs)


def test_three_bad_rows_of_a_thousand_are_set_aside_with_number_and_reason(build, three, workspace):
    assert len(build(log(three))) == 997
    [aside] = tables(workspace, "Quarantine")
    assert aside["file"].unique().tolist() == ["events.csv"]
    assert dict(zip(aside["row"], aside["reason"], strict=True)) == REASONS
    assert aside["column"].to_list() == ["at", "user_id", "user_id"]
    assert unfinished(workspace) == []


def test_thirty_bad_rows_pass_when_they_are_allowed(build, thirty, workspace):
    assert len(build(log(thirty, bad_share=0.03))) == 970
    assert unfinished(workspace) == []


def test_a_run_stops_at_thirty_bad_rows_and_says_where_and_what_to_do(thirty, workspace, tmp_path):
    (tmp_path / "log.ini").write_text(INI.format(path=thirty, workspace=workspace))
    command = ["-m", "slipstream", "run", "Traces", "--module", "tests.pipelines.logs", "--workers", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *command, "--conf", tmp_path / "log.ini"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 40
    last = done.stderr.splitlines()[-1]
    facts = (
        "30 of 1000 rows (3.00%) cannot be read, more than bad_share 0.01 allows",
        "file events.csv, row 7, column 'at', value 'yesterday': no time in iso8601",
        "correct the file or the source options, or raise bad_share",
    )
    assert [fact for fact in facts if fact not in last] == []
    [aside] = tables(workspace, "Quarantine")
    assert aside["row"].to_list() == [7 + 30 * number for number in range(30)]
    assert str(next(workspace.rglob("Quarantine_*.parquet"))) in last
    assert not tables(workspace, "EventFile")
    assert unfinished(workspace) == []


def test_the_corrected_file_is_read_after_the_refused_one(build, thirty, tmp_path, workspace):
    with pytest.raises(GokartBuildError):
        build(log(thirty))
    assert not log(thirty).complete()
    assert len(build(log(write(tmp_path, {})))) == 1000
    assert unfinished(workspace) == []
