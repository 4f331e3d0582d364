"""The table of tasks and what is folded behind it."""

import re
from pathlib import Path

from slipstream.report import tasklist
from slipstream.report.facts import gather
from slipstream.report.runs import read_record


def test_every_task_has_a_row_with_values_to_sort_by(finished):
    run = finished
    rows = re.findall(r'<tr id="row-\d".*?</tr>', tasklist.table(run))
    register = run.tasks[1]

    assert len(rows) == 4
    assert re.findall(r'data-value="([^"]*)"', rows[1]) == [
        "2", "Register", str(register.seconds), str(register.manifest.peak_memory), "2",
        str(register.manifest.bytes), "3", register.key,
    ]  # fmt: skip


def test_what_is_not_known_has_no_value(broken):
    rows = re.findall(r'<tr id="row-\d".*?</tr>', tasklist.table(broken))

    assert re.findall(r'data-value="([^"]*)"', rows[3])[2:7] == [""] * 5


def test_behind_a_task_stand_its_facts_neighbours_and_log(finished):
    run = finished
    text = re.findall(r'<details id="task-1".*?</details>(?=<details id|</section>)', tasklist.details(run), re.DOTALL)[
        0
    ]

    assert "<dt>revision</dt><dd>0</dd>" in text
    assert f"<dt>sha256</dt><dd>{run.tasks[1].manifest.sha256}</dd>" in text
    assert text.index("Made from") < text.index('href="#task-0"') < text.index("Used by") < text.index("#task-2")
    assert "stdout: read by hand" in text
    assert "<dt>user_id</dt>" in text
    assert "<script>" not in text


def test_a_task_whose_manifest_is_gone_says_so(ran):
    folder = ran()
    for path in Path("workspace").rglob("Register_*.manifest.json"):
        path.unlink()

    assert tasklist.details(gather(read_record(folder))).count(tasklist.LOST) == 1
