import fcntl
import json

import pytest

from slipstream.tasks.cache.survey import Kind, is_workspace, survey
from tests.cache.shelves import key_of, put, touch

KEY = key_of("Scores")


def kinds(found):
    return {item.path.name: item.kind for item in found.items.values()}


def test_everything_of_ours_has_a_kind(workspace):
    page = put(workspace, "Scores")
    touch(workspace / f".code/{'c0de' * 16}.json")
    touch(workspace / f".locks/{KEY}")
    touch(workspace / f".tmp/{'a' * 32}/half", b"123")
    touch(workspace / f".tmp/{'b' * 32}.log", b"12")
    touch(workspace / "log/20260101T000000-Recommend-ab_12xyz/journal.jsonl", b"12")
    touch(workspace / "log/Recommend_0123456789.lock")
    found = survey(workspace)
    assert found.foreign == ()
    assert kinds(found) == {
        page.name: Kind.PAGE,
        f"Scores_{KEY}.log": Kind.LOG,
        next(name for name in kinds(found) if name.endswith(".txt")): Kind.PRODUCT,
        f"{'c0de' * 16}.json": Kind.TEXTS,
        KEY: Kind.LOCK,
        "a" * 32: Kind.TEMPORARY,
        f"{'b' * 32}.log": Kind.TEMPORARY,
        "20260101T000000-Recommend-ab_12xyz": Kind.RUN,
        "Recommend_0123456789.lock": Kind.LOCK,
    }
    assert {item.bytes for item in found.items.values() if item.kind in (Kind.TEMPORARY, Kind.RUN)} == {3, 2}


@pytest.mark.parametrize(
    "name",
    [
        *("notes.txt", "rooms/Scores.parquet", "rooms/Scores_0123.log", ".locks/notes", ".code/readme.json"),
        *(".tmp/mine/a", f".tmp/{'a' * 32}", "log/notes", "log/20260101T000000-Recommend-ab_12xyz", f".locks/{KEY}/a"),
    ],
)
def test_what_is_not_named_as_ours_is_foreign(workspace, name):
    put(workspace, "Scores")
    touch(workspace / name)
    expected = workspace / name if (workspace / name).parent.name not in {"mine", KEY} else (workspace / name).parent
    assert survey(workspace).foreign == (expected,)


def test_links_are_foreign_and_not_followed(workspace, tmp_path):
    page = put(workspace, "Scores")
    elsewhere = tmp_path / "elsewhere"
    put(elsewhere, "Others")
    (workspace / "linked").symlink_to(elsewhere)
    (workspace / ".tmp").symlink_to(elsewhere)
    file = next(path for path in page.parent.iterdir() if path.suffix == ".txt")
    file.rename(tmp_path / "moved")
    file.symlink_to(tmp_path / "moved")
    found = survey(workspace)
    assert set(found.foreign) == {workspace / ".tmp", workspace / "linked", file}
    assert [entry.name for entry in found.index.entries] == ["Scores"]
    assert found.item_of(found.index.entries[0]) is None


def test_an_entry_is_ours_when_page_and_file_are_named_and_placed_so(workspace):
    page = put(workspace, "Scores")
    assert survey(workspace).item_of(survey(workspace).index.entries[0]).path == page
    facts = json.loads(page.read_text())
    for file in ("../../secret.txt", "notes.txt"):
        touch(page.parent / file)
        page.write_text(json.dumps({**facts, "file": file}))
        found = survey(workspace)
        assert found.item_of(found.index.entries[0]) is None
    page.write_text(json.dumps({**facts, "file": "gone.txt"}))
    found = survey(workspace)
    assert found.item_of(found.index.entries[0]).path == page
    page.write_text(json.dumps({**facts, "key": "f" * 20}))
    found = survey(workspace)
    assert found.item_of(found.index.entries[0]) is None


def test_a_lock_is_held_as_long_as_its_holder_has_it(workspace):
    put(workspace, "Scores")
    lock = touch(workspace / f".locks/{KEY}")
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert survey(workspace).held == (lock,)
    assert survey(workspace).held == ()


def test_a_newer_page_speaks_for_every_key_it_mentions(workspace):
    put(workspace, "Scores")
    newer = put(workspace, "Lists", made_from=["Scores"])
    newer.write_text(json.dumps({**json.loads(newer.read_text()), "format": 99}))
    assert {KEY, key_of("Lists")} <= survey(workspace).spoken_for


def test_a_folder_is_a_workspace_when_it_holds_a_manifest_or_a_folder_of_ours(tmp_path):
    touch(tmp_path / "a/notes.txt")
    assert not is_workspace(tmp_path / "a")
    (tmp_path / "a/.locks").mkdir()
    assert is_workspace(tmp_path / "a")
    put(tmp_path / "b", "Scores")
    assert is_workspace(tmp_path / "b")
