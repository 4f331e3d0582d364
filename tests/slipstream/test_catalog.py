"""The catalogue from Python, over two real runs of the toy pipeline."""

import subprocess
import sys

import luigi
import pandas as pd
import pytest

import slipstream
from slipstream.lookup import NotFoundError
from slipstream.tasks.cache.manifest import DamagedProductError
from tests.cache.shelves import put
from tests.slipstream.toys import Party

catalog = slipstream.catalog


@pytest.fixture
def parties(build):
    """Two parties of two and of five guests, the larger one last."""
    for count in (2, 5):
        luigi.task_register.Register.clear_instance_cache()
        build(Party(count=count))
    return Party(count=5)


def test_importing_slipstream_stays_cheap():
    code = "import sys, slipstream; assert not {'pandas', 'luigi', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="has no attribute 'catalogue'"):
        _ = slipstream.catalogue


@pytest.mark.usefixtures("parties")
def test_products_are_listed_newest_first():
    frame = catalog.products()
    assert list(frame.columns[:4]) == ["task", "key", "as_of", "parameters"]
    assert sorted(frame["task"]) == ["Everybody", "Everybody", "Guests", "Guests", "Guests", "Names", "Names"]
    assert frame["at"].is_monotonic_decreasing
    assert set(frame["state"]) == {"whole"}
    assert frame.set_index("task").loc["Names", "rows"].tolist() == [5, 3]
    assert {tuple(names) for names in frame["pipelines"]} == {("Party",)}


@pytest.mark.usefixtures("parties")
def test_a_list_is_narrowed():
    assert len(catalog.products("Guests")) == 3
    assert list(catalog.products("Guests", where={"count": 5})["rows"]) == [5]
    assert len(catalog.products(pipeline="Party")) == 7
    assert len(catalog.products(pipeline="Dinner")) == 0
    assert len(catalog.products(as_of="2024-01-01")) == 0
    with pytest.raises(NotFoundError, match="did you mean Guests"):
        catalog.products("Gests")


def test_an_empty_workspace_has_no_products(workspace):
    workspace.mkdir()
    frame = catalog.products()
    assert frame.empty
    assert "as_of" in frame.columns


def test_a_product_is_loaded_in_a_line(parties):
    frame = catalog.load("Everybody", as_of="latest")
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) == 5
    assert len(catalog.load("Guests", count=2)) == 2
    names = parties.products["names"]
    assert catalog.load("Names", key=names.make_unique_id()[:8]) == names.output().load()
    with pytest.raises(NotFoundError, match="is a product of Names, not of Guests; give its own key"):
        catalog.load("Guests", key=names.make_unique_id())
    with pytest.raises(TypeError, match="Party is a pipeline, it has no product of its own"):
        catalog.load("Party")


def test_what_is_loaded_is_what_was_written(parties):
    file = parties.products["names"].output().file
    file.write_text(file.read_text().replace("guest 0", "guest 9"))
    with pytest.raises(DamagedProductError, match="is damaged"):
        catalog.load("Names", key=parties.products["names"].make_unique_id())


def test_by_the_time_a_product_stands_for(workspace):
    for month, days in ((1, 1), (2, 2)):
        content = f"[{month}]".encode()
        parameters = {"as_of": f"2024-0{month}-01T00:00:00+00:00"}
        put(workspace, f"Scores:{month}", content=content, ending="json", parameters=parameters, days=days)
    assert catalog.load("Scores") == [2]
    assert catalog.load("Scores", as_of="2024-01-01") == [1]
    assert catalog.load("Scores", as_of=None) == [1]
    assert list(catalog.products("Scores", as_of="2024-01-01")["rows"]) == [pd.NA]


def test_a_product_is_shown_kept_and_let_go(parties):
    key = parties.products["names"].make_unique_id()
    assert catalog.show(key)["made_from"][0].keys() == {"key", "task"}
    assert catalog.pin(key[:8], why="for the talk").key == key
    assert catalog.show(key)["pin"]["why"] == "for the talk"
    assert catalog.products("Names").set_index("key").loc[key, "pinned"]
    assert catalog.unpin("Names").key == key
    assert not catalog.products("Names")["pinned"].any()
    with pytest.raises(NotFoundError, match="nothing is pinned"):
        catalog.unpin("Names")


def test_a_copied_pipeline_is_found_made_elsewhere(parties, tmp_path):
    copied = catalog.copy(parties.make_unique_id(), tmp_path / "there", with_upstream=True)
    assert len(copied.made) == 5
    luigi.configuration.get_config().set("TaskOnKart", "workspace_directory", str(tmp_path / "there"))
    luigi.task_register.Register.clear_instance_cache()
    assert Party(count=5).complete()
    assert not Party(count=2).complete()
    assert len(catalog.load("Everybody")) == 5
    assert len(catalog.load("Guests", count=5, workspace=tmp_path / "workspace")) == 5


def test_a_workspace_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no workspace"):
        catalog.products(workspace=tmp_path / "nowhere")
