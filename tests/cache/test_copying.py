import json
import os

import pytest

from slipstream.tasks.cache.copying import copy
from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.manifest import FORMAT, DamagedProductError, NewerFormatError
from tests.cache.shelves import key_of, names, put, touch
from tests.cache.small_tasks import Lines, Ones


@pytest.fixture
def chain(workspace):
    put(workspace, "Items")
    put(workspace, "Scores", made_from=["Items", "Gone"])
    put(workspace, "Recommend", made_from=["Scores"], run=True)
    touch(workspace / f".code/{'c0de' * 16}.json", b"{}")
    return workspace


@pytest.fixture
def there(tmp_path):
    return tmp_path / "there"


def test_a_task_finds_its_copied_product_made(workspace, tmp_path, build, there):
    file = tmp_path / "users.txt"
    file.write_text("ann bob")
    build(Ones(users=Lines(path=str(file))))
    key = Ones(users=Lines(path=str(file))).make_unique_id()
    copied = copy(read_index(workspace), [key], there)
    assert [entry.key for entry in copied.made] == [key]
    task = Ones(users=Lines(path=str(file)), workspace_directory=str(there))
    assert task.complete()
    assert task.output().load().matrix.tolist() == [[1, 1], [1, 1]]
    assert task.output().manifest().modified == task.output().file.stat().st_mtime_ns
    assert list((there / ".code").iterdir())
    assert (there / ".tmp").exists()
    assert list((there / ".tmp").iterdir()) == []


def test_with_upstream_all_it_was_made_from_comes_along(chain, there):
    copied = copy(read_index(chain), [key_of("Recommend")], there, with_upstream=True)
    assert [entry.name for entry in copied.made] == ["Items", "Recommend", "Scores"]
    assert copied.missing == (key_of("Gone"),)
    assert names(there) == names(chain)
    assert all(entry.is_whole for entry in read_index(there).entries)


def test_what_is_whole_there_stays_and_what_is_not_is_replaced(chain, there):
    index = read_index(chain)
    copy(index, [key_of("Items"), key_of("Scores")], there)
    page = next(entry.page for entry in read_index(there).entries if entry.name == "Items")
    page.write_text("{")
    next(entry.file for entry in read_index(there).entries if entry.name == "Scores").write_bytes(b"")
    copied = copy(index, index.by_key, there)
    assert [entry.name for entry in copied.made] == ["Items", "Recommend", "Scores"]
    assert all(entry.is_whole for entry in read_index(there).entries)
    assert [entry.name for entry in copy(index, index.by_key, there).present] == ["Items", "Recommend", "Scores"]


def test_a_newer_manifest_there_is_left_alone(chain, there):
    page = put(there, "Items")
    page.write_text(json.dumps({**json.loads(page.read_text()), "format": FORMAT + 1}))
    with pytest.raises(NewerFormatError):
        copy(read_index(chain), [key_of("Items")], there)


@pytest.mark.parametrize("content", [b"ITEMS", b"", None])
def test_a_damaged_product_is_refused(chain, there, content):
    file = next(entry.file for entry in read_index(chain).entries if entry.name == "Items")
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(DamagedProductError, match=f"{file.name} is missing or damaged and is not copied"):
        copy(read_index(chain), [key_of("Recommend")], there, with_upstream=True)
    assert not there.exists()


def test_damage_that_only_the_bytes_tell_is_refused_too(chain, there):
    entry = read_index(chain).by_key[key_of("Items")]
    entry.file.write_bytes(b"smeti")
    os.utime(entry.file, ns=(entry.manifest.modified, entry.manifest.modified))
    with pytest.raises(DamagedProductError, match="its sha256 is not its manifest's"):
        copy(read_index(chain), [key_of("Items")], there)
    assert names(there) == []


@pytest.mark.parametrize("to", [".", "inside", ".."])
def test_workspaces_that_share_a_folder_are_refused(chain, to):
    with pytest.raises(ValueError, match="share a folder; copy to one that lies apart"):
        copy(read_index(chain), [key_of("Items")], chain / to)


def test_an_unknown_key_is_named(chain, there):
    with pytest.raises(ValueError, match=f"has no product {'f' * 20}; list them by: slipstream catalog"):
        copy(read_index(chain), ["f" * 20], there)


def test_a_workspace_that_cannot_be_written_to_says_what_to_set(chain, there):
    touch(there)
    with pytest.raises(OSError, match=r"cannot write to workspace .* set workspace_directory in"):
        copy(read_index(chain), [key_of("Items")], there)
