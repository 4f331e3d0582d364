"""The index of a small workspace: a file, two embeddings made from it, and the pipeline over both."""

import json

import pytest

from slipstream.tasks.cache.index import files, read_index
from tests.cache.small_tasks import Lines, TwoSizes


@pytest.fixture
def pipeline(tmp_path, build):
    file = tmp_path / "users.txt"
    file.write_text("ann bob")
    pipeline = TwoSizes(path=str(file))
    build(pipeline)
    return pipeline


@pytest.fixture
def index(pipeline, workspace):
    assert pipeline.complete()
    return read_index(workspace)


def test_an_index_names_every_product_and_every_run_of_a_pipeline(index):
    assert sorted(entry.name for entry in index.entries) == ["Lines", "Ones", "Ones", "TwoSizes"]
    assert [entry.name for entry in index.entries if entry.is_pipeline] == ["TwoSizes"]
    assert all(entry.is_whole for entry in index.entries)
    assert all(entry.file.exists() for entry in index.entries if not entry.is_pipeline)


def test_lineage_leads_up_and_down(index, pipeline):
    lines = pipeline.find(Lines).make_unique_id()
    sizes = {task.make_unique_id() for task in pipeline.products.values()}
    run = pipeline.make_unique_id()
    assert index.upstream([run]) == {run, lines} | sizes
    assert index.downstream([lines]) == {run, lines} | sizes
    assert index.upstream(["unknown"]) == {"unknown"}
    assert index.owners() == {key: {"TwoSizes"} for key in {run, lines} | sizes}


def test_what_is_set_aside_is_listed_but_not_current(pipeline, workspace):
    task = pipeline.find(Lines)
    task.output().set_aside()
    index = read_index(workspace)
    assert task.make_unique_id() not in index.by_key
    assert [entry.key for entry in index.entries if entry.is_set_aside] == [task.make_unique_id()]


def test_pages_that_cannot_be_read_are_told_apart(pipeline, workspace):
    damaged = pipeline.find(Lines).output().manifest_file
    newer = pipeline.page
    damaged.write_text("{")
    newer.write_text(json.dumps({**json.loads(newer.read_text()), "format": 99}))
    index = read_index(workspace)
    assert index.unreadable == (damaged,)
    assert index.newer == (newer,)
    assert len(index.entries) == 2


def test_hidden_folders_and_logs_of_runs_hold_no_products(pipeline, workspace):
    before = files(workspace)
    for name in (".tmp/x", "log/run"):
        (workspace / name).mkdir(parents=True)
        (workspace / name / "A_b.manifest.json").write_text("{}")
    assert files(workspace) == before
    assert pipeline.complete()


def test_a_folder_that_is_not_there_has_an_empty_index(tmp_path):
    assert read_index(tmp_path / "nowhere").entries == ()
