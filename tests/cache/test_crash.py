"""What a sudden death, a loss of power, a full disk or a lack of rights leaves behind."""

import os
import tempfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from slipstream.tasks.cache import storage
from tests.cache import children, hardships, kills
from tests.cache.crash_tasks import KINDS, Facts, Listing, Pair, Places, files, make
from tests.cache.small_tasks import Lines

OTHER_DISKS = [Path("/dev/shm"), Path("/run"), Path("/var/tmp"), Path.home()]


def test_a_dump_killed_at_any_step_or_byte_leaves_the_whole_product_or_none(quick_disk):
    kinds = [*KINDS, Listing]
    halves = [(kinds[first::2], quick_disk / str(first)) for first in range(2)]
    begun = [children.start(kills.sweep, half, folder) for half, folder in halves]
    found = [each for child in begun for each in child.answer()]

    total = sum(found, Counter())
    print(f"{total.total()} kills in {len(kinds)} kinds of dumps, all healed: {dict(total)}")
    assert all(each["step, healed"] >= 15 for each in found)
    assert all(each["step, product there"] >= 1 for each in found)
    assert all(each["byte, healed"] == 5 for each in found)


@pytest.mark.parametrize("kind", [Places, Pair], ids=lambda kind: kind.__name__)
def test_bytes_are_on_the_disk_before_their_name_and_all_of_them_before_the_manifest(workspace, monkeypatch, kind):
    seen = []

    def sync(descriptor, really=os.fsync):
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append(("sync", path, os.fstat(descriptor).st_size))
        really(descriptor)

    def name(draft, path, really):
        seen.append(("name", Path(draft), Path(path)))
        really(draft, path)

    task = kind(workspace_directory=str(workspace))
    monkeypatch.setattr(storage.os, "fsync", sync)
    monkeypatch.setattr(storage.os, "replace", lambda a, b, really=os.replace: name(a, b, really))
    monkeypatch.setattr(storage.os, "link", lambda a, b, really=os.link: name(a, b, really))
    make(task)

    output = task.output()
    file, page = output.file, output.manifest_file
    named = {path: (draft, number) for number, (what, draft, path) in enumerate(seen) if what == "name"}
    for path in (file, page):
        draft, number = named[path]
        assert ("sync", draft, path.stat().st_size) in seen[:number]
        assert ("sync", path.parent) in [event[:2] for event in seen[number:]]
    between = seen[named[file][1] : named[page][1]]
    assert ("sync", file.parent) in [event[:2] for event in between]


@pytest.mark.parametrize("kind", [*KINDS, Listing], ids=lambda kind: kind.__name__)
def test_a_full_disk_says_what_to_free_leaves_nothing_half_written_and_heals(tmp_path, kind):
    disk = tmp_path / "disk"
    disk.mkdir()
    errors = children.call(hardships.full_disk, kind, disk)
    remedy = "free space on its disk"
    if errors is None:
        errors, remedy = children.call(hardships.short_files, kind, disk), "ulimit -f"

    print(f"{len(errors)} states of a full disk refused and healed")
    assert len(errors) >= 3
    assert all(str(disk) in error and remedy in error for error in errors)


@pytest.mark.parametrize("kind", [Facts, Pair], ids=lambda kind: kind.__name__)
def test_a_limit_of_file_sizes_is_named(tmp_path, kind):
    errors = children.call(hardships.short_files, kind, tmp_path)

    assert len(errors) >= 3
    assert all(str(tmp_path) in error and "File too large; raise the limit" in error for error in errors)


@pytest.fixture
def quick_disk():
    """Make a folder in memory where that is possible: hundreds of dumps wait for the disk otherwise."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture
def open_folder():
    """Make a folder that everybody may enter."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_read_only_workspace_serves_what_is_cached_and_says_what_to_set_for_the_rest(open_folder):
    report = children.call(hardships.without_rights, open_folder)

    assert len(report["served"]["names"]) == 400
    assert report["command"] == 0
    assert str(open_folder) in report["refused"]
    assert "set workspace_directory in [TaskOnKart] to a folder you may write to" in report["refused"]


def test_damage_in_a_read_only_workspace_is_named(open_folder):
    assert "is damaged" in children.call(hardships.damage_without_rights, open_folder)


@pytest.mark.parametrize("below", ["file", "file/folder"])
def test_a_workspace_below_a_file_says_what_to_set(tmp_path, below):
    (tmp_path / "file").touch()
    task = Facts(workspace_directory=str(tmp_path / below))

    assert not task.complete()
    with pytest.raises(OSError, match=rf"{tmp_path / below}: .*; set workspace_directory in \[TaskOnKart\]"):
        make(task)


def test_a_workspace_that_reaches_to_another_disk_says_what_to_change(tmp_path):
    here = tmp_path.stat().st_dev
    other = next(disk for disk in OTHER_DISKS if disk.is_dir() and disk.stat().st_dev != here)
    with tempfile.TemporaryDirectory(dir=other) as elsewhere:
        (tmp_path / ".tmp").symlink_to(elsewhere)
        task = Facts(workspace_directory=str(tmp_path))
        with pytest.raises(OSError, match=rf"{tmp_path}: Invalid cross-device link; .* make \.tmp .* plain folders"):
            make(task)
        assert not task.complete()
        assert list(Path(elsewhere).iterdir()) == []


def test_a_source_that_vanished_while_its_task_ran_is_not_blamed_on_the_workspace(workspace, tmp_path):
    source = tmp_path / "users.txt"
    source.write_text("a b")
    task = Lines(path=str(source))
    task.make_unique_id()
    source.unlink()

    with pytest.raises(FileNotFoundError, match=r"users\.txt"):
        task.dump(pd.DataFrame({"user_id": ["a", "b"]}))
    assert not any(name.endswith("manifest.json") for name in files(workspace))
