import importlib
import os
import sys

import pytest

from slipstream.tasks.cache.edited import EditedError, refuse_edits
from slipstream.tasks.cache.fingerprint import digest_of, reached_code
from slipstream.tasks.cache.source import file_of
from tests.cache.packages import write_package

FILES = {
    "__init__": "from .model import train",
    "model": """DEPTH = 3


def train(rows):
    # all of them
    return rows * DEPTH


def other():
    return 0
""",
    "scores": """from slipstream.tasks.base import Task
from {package} import train


class Scores(Task[list]):
    def run(self):
        self.dump(train([1]))
""",
}
HALF = ("rows * DEPTH", "rows[: DEPTH // 2]")


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    name = write_package(tmp_path, FILES)
    importlib.import_module(f"{name}.scores")
    return name


def edit(name, old, new):
    """Change a file; its time stamp shows it."""
    file = file_of(name)
    text = file.read_text()
    assert text.count(old) == 1
    later = file.stat().st_mtime + 5
    file.write_text(text.replace(old, new))
    os.utime(file, (later, later))


def reload(*names):
    for name in names:
        importlib.reload(sys.modules[name])


def scores(package):
    return sys.modules[f"{package}.scores"].Scores


def digest(cls):
    code = reached_code(cls.__module__, cls.__qualname__)
    refuse_edits(cls, code)
    return digest_of(code)


@pytest.mark.parametrize("seen_before", [True, False])
def test_a_file_edited_after_its_import_is_refused(package, seen_before):
    if seen_before:
        digest(scores(package))
    edit(f"{package}.model", *HALF)

    with pytest.raises(EditedError) as error:
        digest(scores(package))
    for part in (
        str(file_of(f"{package}.model")),
        "'train'",
        f"importlib.reload({package}.model)",
        "restart the process",
    ):
        assert part in str(error.value)


@pytest.mark.parametrize("seen_before", [True, False])
def test_a_constant_edited_after_its_import_is_refused(package, seen_before):
    if seen_before:
        digest(scores(package))
    edit(f"{package}.model", "DEPTH = 3", "DEPTH = 4")

    with pytest.raises(EditedError, match="'DEPTH'"):
        digest(scores(package))


@pytest.mark.parametrize("seen_before", [True, False])
@pytest.mark.parametrize(
    ("old", "new"),
    [("# all of them", "# all\n    # of them"), ("(rows):", "(rows: list) -> list:"), ("return 0", "return 1")],
)
def test_an_edit_that_does_not_matter_is_not_refused(package, seen_before, old, new):
    before = digest(scores(package)) if seen_before else None
    edit(f"{package}.model", old, new)

    assert digest(scores(package)) == before or not seen_before


def test_a_file_that_cannot_be_parsed_any_more_is_refused(package):
    digest(scores(package))
    edit(f"{package}.model", "return 0", "return (")

    with pytest.raises(EditedError, match=r"model\.py was edited"):
        digest(scores(package))


def test_a_file_that_is_gone_still_stands_for_its_code(package):
    before = digest(scores(package))
    file_of(f"{package}.model").unlink()

    assert digest(scores(package)) == before


def test_a_reload_is_seen_when_everybody_holds_the_new_code(package):
    before = digest(scores(package))
    edit(f"{package}.model", *HALF)
    reload(f"{package}.model")

    with pytest.raises(EditedError, match=f"'train' that {package}.scores works with"):
        digest(scores(package))
    old_class = scores(package)
    reload(package, f"{package}.scores")
    after = digest(scores(package))
    assert after != before
    assert digest(old_class) == after  # its text did not change


def test_a_class_from_before_a_reload_is_refused(package):
    old_class = scores(package)
    digest(old_class)
    edit(f"{package}.scores", "[1]", "[2]")
    reload(f"{package}.scores")

    assert digest(scores(package))
    with pytest.raises(EditedError, match="import the task anew"):
        digest(old_class)


def test_a_base_class_from_before_a_reload_is_refused(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    files = {"base": "class Base:\n    def step(self):\n        return 1\n"}
    files["scores"] = "from {package} import base\nclass Scores(base.Base): ...\n"
    package = write_package(tmp_path, files)
    cls = importlib.import_module(f"{package}.scores").Scores
    edit(f"{package}.base", "return 1", "return 2")
    reload(f"{package}.base")

    with pytest.raises(EditedError, match="'Base'"):
        digest(cls)
    reload(f"{package}.scores")
    assert digest(scores(package))


def test_code_updated_in_place_is_accepted(package):
    edit(f"{package}.model", *HALF)
    old = sys.modules[f"{package}.scores"].train
    reload(f"{package}.model")
    old.__code__ = sys.modules[f"{package}.model"].train.__code__

    assert digest(scores(package))


def test_a_task_keeps_its_key_through_an_edit_and_changes_it_with_a_reload(package):
    task = scores(package)()
    before = task.make_unique_id()
    edit(f"{package}.scores", "[1]", "[2]")

    assert task.make_unique_id() == before
    reload(f"{package}.scores")
    assert scores(package)().make_unique_id() != before
    with pytest.raises(EditedError):
        task.make_unique_id()


def test_a_new_task_of_an_edited_file_gets_no_key(package):
    edit(f"{package}.model", *HALF)

    with pytest.raises(EditedError):
        scores(package)().make_unique_id()
