"""Running again from the command line."""

import multiprocessing
import time
from pathlib import Path

import pytest

from slipstream import cli

MODULE = ("--module", "kitchen.tasks")
both = pytest.mark.parametrize("workers", ["1", "2"])


def pages(start):
    return sorted(path.name for path in Path("workspace").rglob(f"{start}_*.manifest.json"))


@both
def test_a_task_of_a_complete_pipeline_runs_again(slipstream, workers):
    slipstream("run", "Party")
    for count in (1, 2):
        code, out, err = slipstream("rerun", "Everybody", "--workers", workers)
        assert (code, err) == (0, [])
        assert out[-1] == "Everybody: content unchanged"
        assert out[-2].startswith("1 task run, 3 cached in ")
        assert sum("~" in name for name in pages("Everybody")) == count
    assert slipstream("run", "Party")[1][-1].startswith("0 tasks run, 4 cached")


def test_downstream_runs_again_too(slipstream):
    slipstream("run", "Party")
    _, out, _ = slipstream("rerun", "Everybody", "--downstream")
    assert out[-3].startswith("2 tasks run, 2 cached in ")
    assert out[-2:] == ["Everybody: content unchanged", "Names: content unchanged"]


@pytest.fixture
def moody(slipstream, kitchen):
    """A kitchen whose dough depends on a file that no key knows of."""
    kitchen.change("recipe.py", "grain + water for", "grain + water + int(open('mood').read()) for")
    Path("mood").write_text("1", encoding="utf-8")
    assert slipstream("run", "Dinner", *MODULE)[0] == 0


@pytest.mark.usefixtures("moody")
def test_changed_content_tells_what_was_made_from_the_older_copy(slipstream):
    Path("mood").write_text("2", encoding="utf-8")
    _, out, _ = slipstream("rerun", "Dough", *MODULE)
    assert out[-1] == (
        "Dough: content changed; 1 downstream product was made from the older copy, rerun with --downstream"
    )
    assert slipstream("rerun", "Bread", *MODULE)[1][-1] == "Bread: content changed"
    Path("mood").write_text("3", encoding="utf-8")
    _, out, _ = slipstream("rerun", "Dough", "--downstream", *MODULE)
    assert out[-2:] == ["Dough: content changed", "Bread: content changed"]


@pytest.mark.usefixtures("moody")
def test_a_failure_is_named_the_old_output_stays_and_the_next_rerun_heals(slipstream):
    old = {path: path.read_bytes() for path in Path("workspace").rglob("Dough_*.json") if "manifest" not in path.name}
    Path("mood").unlink()
    code, _, err = slipstream("rerun", "Dough", *MODULE)
    assert code == 40
    assert err[-1].startswith("error: Dough failed: FileNotFoundError")
    assert old == {path: path.read_bytes() for path in old}
    code, out, _ = slipstream("explain", "Dough", *MODULE)
    assert [line for line in out if "was set aside, to be made anew" in line]
    Path("mood").write_text("2", encoding="utf-8")
    assert slipstream("rerun", "Dough", *MODULE)[1][-1] == "Dough: made; there was no output before"


def test_the_pipeline_notes_that_it_ran(slipstream):
    slipstream("run", "Party")
    page = next(Path("workspace").rglob("Party_*.manifest.json"))
    before = page.stat().st_mtime_ns
    slipstream("rerun", "Everybody")
    assert page.stat().st_mtime_ns > before


def test_a_rerun_beside_a_run_of_the_same_pipeline_is_refused_and_sets_nothing_aside(slipstream):
    arguments = ("--set", "trouble=go")
    first = multiprocessing.get_context("fork").Process(target=lambda: cli.execute(("run", "Party", *arguments)))
    first.start()
    try:
        while not pages("Guests"):
            time.sleep(0.01)
        made = pages("Guests")
        code, _, err = slipstream("rerun", "Guests", "--of", "Party", *arguments)
        assert (code, "is already running" in err[-1]) == (10, True)
        assert set(made) <= set(pages("Guests"))
        assert not [name for name in pages("*") if "~" in name]
    finally:
        Path("go").touch()
        first.join()


def test_a_key_names_a_task(slipstream):
    slipstream("run", "Party")
    key = pages("Names")[0].removeprefix("Names_").partition(".")[0]
    code, out, _ = slipstream("rerun", key[:8])
    assert (code, out[-1]) == (0, "Names: content unchanged")


def test_a_dry_run_tells_what_would_run_and_leaves_all_as_it_is(slipstream):
    slipstream("run", "Party")
    before = pages("*")
    code, out, _ = slipstream("rerun", "Everybody", "--downstream", "--dry-run")
    assert code == 0
    assert [line.split("  ")[0] for line in out[:-1]] == ["Everybody", "Names"]
    assert out[-1].startswith("2 tasks would run, ")
    assert pages("*") == before


def test_what_was_not_made_yet_simply_runs(slipstream):
    code, out, _ = slipstream("rerun", "Everybody", "--of", "Party")
    assert code == 0
    assert out[-1] == "Everybody: made; there was no output before"


def test_an_unknown_name_lists_near_ones_and_sets_nothing_aside(slipstream):
    slipstream("run", "Party")
    code, _, err = slipstream("rerun", "Names", "Evrybody", "--of", "Party")
    assert (code, err) == (2, ["error: Party has no task 'Evrybody'; did you mean Everybody?"])
    assert not [name for name in pages("*") if "~" in name]
