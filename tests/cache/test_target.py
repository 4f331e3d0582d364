import json
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from slipstream.tasks.cache.codecs import JsonCodec
from slipstream.tasks.cache.formats import TableCodec
from slipstream.tasks.cache.manifest import FORMAT, Manifest
from slipstream.tasks.cache.storage import sha256
from slipstream.tasks.cache.target import DamagedProductError, ProductTarget

KEY = "0123456789abcdef0123"


def page(product, key=KEY):
    facts = {"parameters": {}, "inputs": {}, "code": "c0de", "data": {}, "schema": {}, "libraries": {}}
    numbers = {"rows": len(product), "seconds": 0.5, "cpu_seconds": 0.4, "peak_memory": 1}
    names = {"task": "tests.Words", "key": key, "product": "list", "at": "2024-01-01T00:00:00+00:00", "host": "here"}
    return Manifest(**facts, **numbers, **names, git_commit=None)


@dataclass
class Interrupted(JsonCodec):
    """Writes half of what it should."""

    error: BaseException

    def write(self, product, file):  # noqa: ARG002
        file.write(b"[1, ")
        raise self.error


def target(root, key=KEY, codec=None, describe=page):
    return ProductTarget(root, "room/Words", key, codec or JsonCodec(), describe)


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.fixture
def made(workspace):
    made = target(workspace)
    made.dump(["心臓", "skin"], lock_at_dump=False)
    return made


def test_a_product_lies_beside_its_manifest_and_reads_back(made, workspace):
    digest = sha256(made.file)
    assert files(workspace) == [f"room/Words_{KEY}-{digest[:8]}.json", f"room/Words_{KEY}.manifest.json"]
    assert made.exists()
    assert target(workspace).load() == ["心臓", "skin"]
    assert list((workspace / ".tmp").iterdir()) == []


def test_the_manifest_holds_what_was_described_and_the_facts_of_the_file(made):
    found = json.loads(made.manifest_file.read_text(encoding="utf-8"))
    assert found["rows"] == 2
    assert found["file"] == made.file.name
    assert found["bytes"] == made.file.stat().st_size
    assert len(found["sha256"]) == 64


def test_nothing_exists_before_it_is_written(workspace):
    nothing = target(workspace)
    assert not nothing.exists()
    with pytest.raises(FileNotFoundError, match="run the task that makes it"):
        nothing.load()


@pytest.mark.parametrize("part", ["file", "manifest_file"])
def test_one_of_two_files_is_no_product(made, part):
    getattr(made, part).unlink()
    assert not made.exists()
    with pytest.raises(FileNotFoundError):
        made.load()


@pytest.mark.parametrize("content", [b"", b"[]", b'["\xe5\xbf\x83\xe8\x87\x93", "skim"]', b"x" * 10_000])
def test_a_file_that_became_another_is_no_product(made, content):
    made.file.write_bytes(content)
    assert not made.exists()


def test_a_file_that_was_only_touched_stays_a_product(made):
    os.utime(made.file, ns=(1, 1))
    assert made.exists()
    assert made.load() == ["心臓", "skin"]


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"format": 1}', f'{{"format": {FORMAT}}}', "null"])
def test_a_manifest_that_cannot_be_read_completes_nothing(made, text):
    made.manifest_file.write_text(text)
    assert not made.exists()


def test_a_manifest_of_another_key_completes_nothing(workspace, made):
    other = target(workspace, key="f" * 20)
    other.file.write_bytes(made.file.read_bytes())
    other.manifest_file.write_bytes(made.manifest_file.read_bytes())
    assert not other.exists()


def test_damage_behind_an_unchanged_time_is_found_when_read_and_then_the_product_is_gone(made):
    status = made.file.stat()
    made.file.write_bytes(b" " * status.st_size)
    os.utime(made.file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert made.exists()
    with pytest.raises(DamagedProductError, match="sha256 is not its manifest's; run again"):
        made.load()
    assert not made.exists()


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(130)])
def test_an_interrupted_writer_leaves_nothing(workspace, error):
    with pytest.raises(type(error)):
        target(workspace, codec=Interrupted(error)).dump([1, 2], lock_at_dump=False)
    assert files(workspace) == []
    assert list((workspace / ".tmp").iterdir()) == []


def test_an_interrupted_writer_leaves_the_product_that_was_there(made, workspace):
    with pytest.raises(ValueError, match="no"):
        target(workspace, codec=Interrupted(ValueError("no"))).dump([1, 2], lock_at_dump=False)
    assert made.load() == ["心臓", "skin"]


def test_a_product_that_cannot_be_described_is_not_complete(workspace):
    def describe(product):
        raise RuntimeError(f"{len(product)} words say nothing")

    with pytest.raises(RuntimeError):
        target(workspace, describe=describe).dump(["a"], lock_at_dump=False)
    assert not target(workspace).exists()
    assert files(workspace) == []


def test_who_is_first_counts_and_who_comes_later_is_told(made, workspace, caplog):
    before = files(workspace)
    made.dump(["other"], lock_at_dump=False)
    assert made.load() == ["心臓", "skin"]
    assert files(workspace) == before
    assert "was made by another process meanwhile" in caplog.text


def test_two_writers_at_the_same_moment_leave_one_product_and_no_mixture(workspace):
    class SlowCodec(JsonCodec):
        def write(self, product, file):
            target(workspace).dump(["quick"], lock_at_dump=False)
            super().write(product, file)

    def describe(product):
        return page(product)

    slow = target(workspace, codec=SlowCodec(), describe=describe)
    slow.dump(["slow", "one"], lock_at_dump=False)
    assert target(workspace).load() == ["quick"]
    assert len(files(workspace)) == 2


def test_a_writer_overtaken_at_the_last_moment_drops_its_own(workspace):
    def overtaken(product):
        target(workspace).dump(["quick"], lock_at_dump=False)
        return page(product)

    target(workspace, describe=overtaken).dump(["slow", "one"], lock_at_dump=False)
    assert target(workspace).load() == ["quick"]
    assert len(files(workspace)) == 2


def test_what_is_set_aside_is_kept_but_counts_as_missing(made, workspace):
    aside = made.set_aside()
    assert not made.exists()
    assert Manifest.read(aside).file in {path.name for path in (workspace / "room").iterdir()}
    assert made.set_aside() is None

    made.dump(["new"], lock_at_dump=False)
    assert made.load() == ["new"]
    assert len(files(workspace)) == 4


def test_what_is_removed_is_gone_with_its_manifest(made, workspace):
    made.remove()
    assert files(workspace) == []
    assert not made.exists()


def test_blocks_are_read_without_mapping_the_file_and_even_when_it_is_removed_meanwhile(workspace):
    made = target(workspace, codec=TableCodec())
    made.dump(pd.DataFrame({"number": range(6)}), lock_at_dump=False)
    blocks, mapped = made.blocks(), Path("/proc/self/maps")
    assert next(iter(blocks))["number"].tolist() == [*range(6)]
    assert str(made.file) not in mapped.read_text(encoding="utf-8")
    made.remove()
    assert [len(block) for block in blocks] == [6]


def test_blocks_of_a_damaged_table_are_refused(workspace):
    made = target(workspace, codec=TableCodec())
    made.dump(pd.DataFrame({"number": range(3)}), lock_at_dump=False)
    content = bytearray(made.file.read_bytes())
    content[8] ^= 1
    stood = made.file.stat()
    made.file.write_bytes(content)
    os.utime(made.file, ns=(stood.st_atime_ns, stood.st_mtime_ns))
    with pytest.raises(DamagedProductError):
        made.blocks()
