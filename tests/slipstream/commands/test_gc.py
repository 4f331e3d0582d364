"""Collecting from the command line."""

import fcntl
import os
from pathlib import Path

import pytest

from slipstream.tasks.cache.manifest import FORMAT
from tests.cache.shelves import key_of, names, put, touch


@pytest.fixture
def shop(slipstream):
    """A workspace of long ago: one kept run, and a trial that nothing reaches."""
    root = Path("workspace")
    put(root, "Items", days=3000)
    put(root, "Recommend", made_from=["Items"], days=3000, run=True)
    put(root, "Trial", made_from=["Items"], days=3000, content=bytes(2000))
    touch(root / "notes.txt")
    return lambda *arguments: slipstream("gc", *arguments)


def test_nothing_is_removed_unless_told(shop):
    before = names("workspace")
    code, out, err = shop()
    assert (code, err) == (0, [])
    assert [line.split() for line in out if "not reached" in line] == [
        ["Trial", "1", "2.6", "kB", "2017-11-14", "not", "reached"]
    ]
    assert out[-4:] == [
        "3 files go, 2.6 kB",
        "1.1 kB stay: 2 newest runs",
        "1 files are not ours and are left alone: workspace/notes.txt",
        "nothing was removed; to remove it add --yes",
    ]
    assert names("workspace") == before


def test_told_to_it_removes_what_it_listed(shop):
    going = [line.split()[1] for line in shop("--files")[1] if line.startswith("goes  ")]
    before = {f"workspace/{name}" for name in names("workspace")}
    _, out, _ = shop("--yes")
    assert out[-1] == "removed 3 files, 2.6 kB"
    assert before - {f"workspace/{name}" for name in names("workspace")} == set(going)
    _, out, _ = shop("--yes")
    assert out[0] == "0 files go, 0 B"


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--keep-runs", "0"], 7),
        (["--older-than", "9w"], 3),
        (["--older-than", "4000d"], 0),
        (["--budget", "1MB"], 0),
        (["--budget", "2kB"], 3),
        (["--grace", "4000d"], 0),
    ],
)
def test_options_say_what_goes(shop, arguments, count):
    assert f"{count} files go, " in "\n".join(shop(*arguments)[1])


def test_what_stays_over_the_budget_is_told(shop):
    assert "what stays is 1.1 kB over the budget; unpin products or lower" in "\n".join(shop("--budget", "1B")[1])


def test_a_pin_keeps_what_nothing_reaches(shop, slipstream):
    slipstream("catalog", "pin", "Trial")
    assert "2 pinned" in "\n".join(shop("--yes")[1])
    assert list(Path("workspace/rooms").glob("Trial*.txt"))


def test_while_something_runs_nothing_is_removed(shop):
    lock = touch(Path("workspace") / ".locks" / key_of("Trial"))
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        code, out, err = shop("--yes")
    assert code == 10
    assert err == [f"error: {lock} is held, so something runs in workspace; collect when it has ended"]
    assert out
    assert list(Path("workspace/rooms").glob("Trial*.txt"))


REMEDY = "name one by --workspace, or set workspace_directory in [TaskOnKart]"
SPAN = "write minutes, hours, days or weeks as in 90m, 12h, 30d, 2w"


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["--older-than", "soon"], 2, f"'soon' is no span of time; {SPAN}"),
        (["--budget", "much"], 2, "'much' is no size; write bytes as in 500MB, 20GB, 1.5GiB"),
        (["--workspace", "nowhere"], 20, f"there is no workspace nowhere; {REMEDY}"),
        (["--workspace", "home"], 20, f"home holds no product; is this a workspace? {REMEDY}"),
    ],
)
def test_misuse_is_explained(shop, arguments, code, line):
    touch(Path("home/letters/mother.txt"))
    assert shop(*arguments) == (code, [], [f"error: {line}"])


def test_pages_of_a_newer_format_are_told_and_left_alone(shop):
    page = put(Path("workspace"), "Later", made_from=["Trial"], days=3000)
    page.write_text(page.read_text().replace(f'"format": {FORMAT}', '"format": 99'))
    os.utime(page, (1, 1))
    _, out, _ = shop("--yes")
    assert f"1 manifests have a newer format and are left alone, upgrade slipstream for them: {page}" in out
    assert "1 mentioned by a newer version" in "\n".join(out)
    assert page.exists()


def test_exports_of_another_folder_are_kept_and_told(shop):
    receipt = b'{"path": "lists.csv", "rows": 1, "bytes": 4, "sha256": "0"}'
    put(Path("workspace"), "Export", days=3000, content=receipt, ending="json")
    text = "\n".join(shop()[1])
    assert "some exports name files of another working folder; run gc where the pipelines run to judge them" in text
    assert "1 perhaps published" in text


def test_after_real_runs_the_older_one_goes(slipstream):
    slipstream("run", "Party")
    slipstream("run", "Party", "--set", "count=5")
    assert "0 files go" in "\n".join(slipstream("gc")[1])
    _, out, _ = slipstream("gc", "--grace", "0m", "--keep-runs", "1", "--yes")
    assert out[-1].startswith("removed ")
    assert slipstream("run", "Party", "--set", "count=5")[1][-1].startswith("0 tasks run, 4 cached in ")
    assert slipstream("run", "Party")[1][-1].startswith("3 tasks run, 1 cached in ")
