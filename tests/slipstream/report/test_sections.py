"""Failures, quarantines and qualities of real runs."""

from pathlib import Path

from slipstream.report import sections
from slipstream.report.facts import gather
from slipstream.report.page import page
from slipstream.report.runs import read_record
from tests.slipstream.report.toys import Ball, Gala
from tests.slipstream.toys import Party


def test_a_failure_shows_its_error_and_its_traceback(broken):
    text = sections.failures(broken)

    assert "ValueError: no words for &lt;/script&gt;" in text
    assert "<details open>" in text
    assert "toys.py&quot;, line" in text
    assert "<script>" not in text


def test_a_run_without_failures_quarantines_or_qualities_has_no_such_part(facts):
    run = facts(Party(workspace_directory="workspace"))

    parts = sections.failures, sections.quarantines, sections.rules, sections.metrics
    assert [part(run) for part in parts] == [None] * 4


def test_refused_rows_are_counted_by_column_and_reason(facts):
    text = sections.quarantines(facts(Gala(workspace_directory="workspace", rows=30)))

    assert "30 rows kept from Register" in text
    assert "<td>20</td><td>at</td><td>no time</td><td>&lt;b&gt;0&lt;/b&gt;</td>" in text
    assert text.index("<td>20</td>") < text.index("<td>10</td>")
    assert "The first 8 of 30 rows" in text


def test_an_empty_quarantine_is_good_news(facts):
    assert "No row of 1 readings" in sections.quarantines(facts(Gala(workspace_directory="workspace", rows=0)))


def test_what_each_rule_did_is_told(facts):
    run = facts(Ball(workspace_directory="workspace"))
    row = "<td>1: never &lt;b&gt;late&lt;/b&gt;</td><td>2</td><td>1</td><td>1,234</td><td>7</td>"

    assert row in sections.rules(run)
    assert '<a href="#rules">Rules</a>' in page(run)


def test_a_table_that_was_removed_is_missed(ran):
    folder = ran()
    for path in Path("workspace").rglob("*.parquet"):
        path.unlink()
    run = gather(read_record(folder))

    assert "not in the workspace any more" in sections.quarantines(run)
    assert "not in the workspace any more" in sections.metrics(run)
