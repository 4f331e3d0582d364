"""Products and manifests that are not what was written: found, named and made again."""

import json
import logging
import os
import shutil

import gokart
import pytest
from gokart.errors import GokartBuildError

from slipstream.tasks.cache.manifest import FORMAT, Manifest, NewerFormatError
from slipstream.tasks.cache.target import DamagedProductError
from tests.cache.crash_tasks import KINDS, Counted, Facts, encoded, files, make

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


CURRENT = b'"format": %d' % FORMAT
VISIBLE = {
    "empty": lambda _: b"",
    "first byte": lambda content: content[:1],
    "half": lambda content: content[: len(content) // 2],
    "last byte lost": lambda content: content[:-1],
    "a byte more": lambda content: content + b"\0",
    "twice": lambda content: content * 2,
    "a bit flipped": flipped,
    "gone": lambda _: None,
}
PAGES = {
    "empty": lambda _: b"",
    "half": lambda content: content[: len(content) // 2],
    "twice": lambda content: content * 2,
    "a byte more": lambda content: content + b"\0",
    "garbage": lambda _: b"{]",
    "binary": lambda _: bytes(range(256)),
    "null": lambda _: b"null",
    "a list": lambda _: b"[]",
    "little": lambda _: b'{"format": %d}' % FORMAT,
    "strange": lambda content: content.replace(CURRENT, b'"format": "two"'),
    "old": lambda content: content.replace(CURRENT, b'"format": %d' % (FORMAT - 1)),
    "gone": lambda _: None,
}


def put(path, content):
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


def fresh(task):
    """Construct the task again, as another process would."""
    return type(task)(workspace_directory=task.workspace_directory)


@pytest.fixture
def made(workspace):
    """Make a product of a kind."""

    def make_one(kind):
        task = kind(workspace_directory=str(workspace))
        make(task)
        return task

    return make_one


def check_healed(task, content):
    make(task)
    assert task.complete()
    assert task.output().file.read_bytes() == content
    assert encoded(task, task.output().load()) == content


@every_kind
def test_a_damaged_product_counts_as_missing_and_is_made_again(made, kind):
    task = made(kind)
    file = task.output().file
    content = file.read_bytes()
    for damage in VISIBLE.values():
        put(file, damage(content))
        assert not fresh(task).complete()
        with pytest.raises(FileNotFoundError, match="run the task that makes"):
            task.output().load()
        check_healed(task, content)
        assert Manifest.read(task.output().manifest_file).modified == task.output().file.stat().st_mtime_ns
    print(f"{len(VISIBLE)} damages of a {file.suffix} file found and healed")


@every_kind
def test_a_damaged_manifest_counts_as_missing_is_named_and_made_again(made, kind, caplog):
    task = made(kind)
    page, content = task.output().manifest_file, task.output().file.read_bytes()
    written = page.read_bytes()
    for name, damage in PAGES.items():
        put(page, damage(written))
        assert not fresh(task).complete(), name
        check_healed(task, content)
        assert json.loads(page.read_bytes())["sha256"] == json.loads(written)["sha256"]
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert any(str(page) in line and "cannot be read" in line for line in warned)
    assert any(str(page) in line and f"old format {FORMAT - 1}" in line for line in warned)


@every_kind
def test_damage_behind_an_unchanged_size_and_time_is_found_by_the_reader_and_healed_by_the_next_build(made, kind):
    task = made(kind)
    file = task.output().file
    content, status = file.read_bytes(), file.stat()
    put(file, flipped(content))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    reader = Counted(model=fresh(task), number=0, workspace_directory=task.workspace_directory)

    with pytest.raises(GokartBuildError) as caught:
        gokart.build(reader, reset_register=False, log_level=logging.CRITICAL)
    ((error,),) = caught.value.raised_exceptions.values()
    assert isinstance(error, DamagedProductError)
    assert str(file) in str(error)
    assert not reader.complete()
    assert gokart.build(reader, reset_register=False) == len(content)
    check_healed(task, content)


def test_a_manifest_of_a_newer_format_says_so_and_is_left_alone(made):
    task = made(Facts)
    page = task.output().manifest_file
    put(page, page.read_bytes().replace(CURRENT, b'"format": %d' % (FORMAT + 1)))
    before = {name: path.read_bytes() for name, path in files(task.root).items()}

    told = rf"has format {FORMAT + 1}.* reads up to {FORMAT}; upgrade slipstream, or set workspace"
    with pytest.raises(NewerFormatError, match=told):
        fresh(task).complete()
    with pytest.raises(GokartBuildError):
        gokart.build(fresh(task), reset_register=False, log_level=logging.CRITICAL)
    with pytest.raises(NewerFormatError):
        fresh(task).dump({"names": []})
    assert {name: path.read_bytes() for name, path in files(task.root).items()} == before


def test_a_product_moved_with_its_manifest_to_another_key_is_no_product(made):
    task = made(Facts)
    page = task.output().manifest_file
    other = page.with_name(page.name.replace(task.make_unique_id(), "f" * 20))
    shutil.copy(page, other)

    output = task.output()
    output.key, output.manifest_file = "f" * 20, other
    assert not output.exists()


def test_a_product_that_was_copied_with_new_times_stays_a_product(made, tmp_path):
    task = made(Facts)
    shutil.copytree(task.root, tmp_path / "copy", copy_function=shutil.copy)

    copy = Facts(workspace_directory=str(tmp_path / "copy"))
    assert copy.complete()
    assert copy.output().load() == task.output().load()
