from pathlib import Path

import luigi
import pytest

from slipstream.stop import Stop
from slipstream.workspace import add_files, find_workspace


@pytest.fixture
def base(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/base.ini").write_text("[TaskOnKart]\nworkspace_directory = configured\n")
    for name in ("configured", "named", "other"):
        (tmp_path / name).mkdir()


@pytest.mark.usefixtures("base")
def test_a_named_folder_wins_over_files_and_those_over_the_base():
    Path("other.ini").write_text("[TaskOnKart]\nworkspace_directory = other\n")
    assert find_workspace("named", ["other.ini"]) == Path("named")
    assert find_workspace() == Path("configured")
    assert find_workspace(files=["other.ini"]) == Path("other")


@pytest.mark.usefixtures("base")
def test_what_was_set_before_counts_where_no_files_are_loaded():
    luigi.configuration.get_config().set("TaskOnKart", "workspace_directory", "other")
    assert find_workspace() == Path("other")


def test_without_any_word_it_is_the_default():
    with pytest.raises(FileNotFoundError, match=r"there is no workspace workspace; name one by --workspace, or set"):
        find_workspace()


def test_a_workspace_that_is_no_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no workspace"):
        find_workspace(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"is not a local folder; set workspace_directory"):
        find_workspace("gs://bucket/workspace")


def test_a_value_that_is_not_set_is_named():
    Path("mine.ini").write_text("[TaskOnKart]\nworkspace_directory = ${NOT_SET_ANYWHERE}/there\n")
    with pytest.raises(ValueError, match=r"workspace_directory in .TaskOnKart. cannot be read: .*NOT_SET_ANYWHERE"):
        find_workspace(files=["mine.ini"])


def test_a_missing_file_is_named():
    with pytest.raises(Stop, match=r"there is no configuration file no\.ini; give an existing one to --conf"):
        add_files(["no.ini"])
