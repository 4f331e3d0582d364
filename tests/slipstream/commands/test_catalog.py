"""The catalogue on the command line, over a shop written by hand and over real runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.manifest import FORMAT
from tests.cache.shelves import key_of, names, put

MARCH = "2024-03-01T00:00:00+00:00"


@pytest.fixture
def shop(slipstream):
    root = Path("workspace")
    put(root, "Items", days=9, content=bytes(3000))
    put(root, "Scores:old", made_from=["Items"], days=8, parameters={"top": "3", "revision": "0"})
    put(root, "Scores", made_from=["Items"], days=4, parameters={"top": "5", "as_of": MARCH})
    put(root, "Recommend", made_from=["Scores"], days=4, run=True)
    return lambda *arguments: slipstream("catalog", *arguments)


def tasks(lines):
    """Read the first column of a table."""
    return [line.split()[0] for line in lines[3:] if line.startswith((" I", " S", " R"))]


def test_a_bare_catalogue_lists_products_newest_first(shop):
    code, out, err = shop()
    assert (code, err) == (0, [])
    assert out[1].split() == ["task", "key", "as", "of", "size", "time", "made", "pipelines", "parameters"]
    assert tasks(out) == ["Scores", "Scores", "Items"]
    assert out[3].split() == [
        *("Scores", key_of("Scores")[:10], "2024-03-01", "6", "B", "1.5", "s", "2026-01-27", "Recommend", "top=5")
    ]
    assert out[-2:] == ["3 products, 3.0 kB", "not shown without --all: 1 run"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["Items"], ["Items"]),
        (["list", "Items"], ["Items"]),
        (["--where", "top=3"], ["Scores"]),
        (["--pipeline", "Recommend"], ["Scores", "Items"]),
        (["--since", "2026-01-25"], ["Scores"]),
        (["--since", "50000d", "--sort", "size", "--top", "1"], ["Items"]),
        (["--sort", "task"], ["Items", "Scores", "Scores"]),
        (["--sort", "seconds", "Scores"], ["Scores", "Scores"]),
        (["--all"], ["Scores", "Recommend", "Scores", "Items"]),
        (["--pipeline", "Backtest"], []),
    ],
)
def test_a_list_is_narrowed_and_sorted(shop, arguments, expected):
    code, out, _ = shop(*arguments)
    assert (code, sorted(tasks(out)) if "--all" in arguments else tasks(out)) == (
        0,
        sorted(expected) if "--all" in arguments else expected,
    )


def test_a_list_as_json_holds_all_facts(shop):
    _, out, _ = shop("--json", "--top", "1")
    found = json.loads("\n".join(out))
    assert [row["task"] for row in found] == ["Scores", "Scores", "Items"]
    assert (found[0]["as_of"], found[0]["pipelines"], found[0]["state"]) == (MARCH, ["Recommend"], "whole")


def test_pages_that_cannot_be_read_are_told_by_path(shop):
    damaged, newer = put(Path("workspace"), "Bad"), put(Path("workspace"), "Later")
    damaged.write_text("{")
    newer.write_text(newer.read_text().replace(f'"format": {FORMAT}', '"format": 99'))
    code, out, err = shop()
    assert (code, tasks(out)) == (0, ["Scores", "Scores", "Items"])
    assert err == [
        f"1 manifests cannot be read and count as missing: {damaged}",
        f"1 manifests have a newer format and are left alone, upgrade slipstream for them: {newer}",
    ]


def test_one_product_is_shown_by_task_or_digits(shop):
    _, by_task, _ = shop("show", "Scores")
    code, by_key, _ = shop("show", key_of("Scores")[:7])
    assert code == 0
    assert by_task == by_key
    assert any(line.split()[:2] == ["key", key_of("Scores")] for line in by_task)
    _, as_json, _ = shop("show", "Scores", "--json")
    assert json.loads("\n".join(as_json))["manifest"]["inputs"] == {"input0": key_of("Items")}


def test_a_product_is_pinned_and_let_go(shop):
    assert shop("pin", "Scores", "--why", "for the talk")[1] == [f"pinned Scores {key_of('Scores')}"]
    assert "Scores (pinned)" in "\n".join(shop()[1])
    assert "for the talk" in "\n".join(shop("show", "Scores")[1])
    assert shop("unpin", "Scores")[1] == [f"unpinned Scores {key_of('Scores')}"]
    code, _, err = shop("unpin", "Scores")
    assert (code, err) == (2, ["error: there is no pin called 'Scores'; nothing is pinned"])


def test_products_are_copied_with_all_they_were_made_from(shop):
    code, out, _ = shop("copy", "Scores", "--to", "there", "--with-upstream")
    assert (code, out) == (0, [f"copied  Items {key_of('Items')}  3.0 kB", f"copied  Scores {key_of('Scores')}  6 B"])
    assert shop("copy", "Scores", "--to", "there")[1] == [f"there   Scores {key_of('Scores')}"]
    assert {entry.name for entry in read_index(Path("there")).entries} == {"Items", "Scores"}
    put(Path("workspace"), "Trial", made_from=["Gone"])
    assert shop("copy", "Trial", "--to", "there", "--with-upstream")[1][-1].startswith("1 of what they were made from")


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["Scroes"], 2, "workspace workspace has no product of a task 'Scroes'; did you mean Scores?"),
        (["show", "Scroes"], 2, "workspace workspace has no product of a task 'Scroes'; did you mean Scores?"),
        (["--where", "top"], 2, "--where 'top' has no value; write name=value"),
        (["--since", "lately"], 2, "'lately' is neither a time as in 2024-01-31 nor a span of time as in 12h, 7d"),
        (["--conf", "no.ini"], 2, "there is no configuration file no.ini; give an existing one to --conf"),
        (
            ["--workspace", "nowhere"],
            20,
            "there is no workspace nowhere; name one by --workspace, or set workspace_directory in [TaskOnKart]",
        ),
        (
            ["copy", "Scores", "--to", "workspace"],
            2,
            "workspace workspace and workspace workspace share a folder; copy to one that lies apart",
        ),
    ],
)
def test_misuse_is_explained(shop, arguments, code, line):
    assert shop(*arguments) == (code, [], [f"error: {line}"])


def test_the_workspace_is_the_one_of_the_configuration(shop):
    Path("workspace").rename("elsewhere")
    Path("conf").mkdir()
    Path("conf/base.ini").write_text("[TaskOnKart]\nworkspace_directory = elsewhere\n")
    assert tasks(shop()[1]) == ["Scores", "Scores", "Items"]


def test_real_runs_are_listed_without_loading_what_they_need(slipstream):
    slipstream("run", "Party")
    _, out, _ = slipstream("catalog", "Guests")
    assert out[-2] == "2 products, 2.4 kB" or out[-2].startswith("2 products, ")
    code = (
        "import sys; from slipstream.cli import execute; execute(['catalog', '--workspace', 'workspace']); "
        "assert not {'pandas', 'gokart', 'pyarrow'} & set(sys.modules), 'a list needs manifests only'"
    )
    root = str(Path(__file__).parents[3])
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": root, "PATH": ""}, capture_output=True)


def test_ten_thousand_products_are_listed(slipstream):
    root = Path("workspace")
    page = put(root, "Scores")
    text, name = page.read_text(), key_of("Scores")
    for number in range(10_000):
        key = key_of(str(number))
        page.with_name(f"Scores_{key}.manifest.json").write_text(text.replace(name, key))
    _, out, _ = slipstream("catalog", "--all", "--top", "3")
    assert out[-1].startswith("10,001 products, ")
    assert len(names(root)) == 10_003
