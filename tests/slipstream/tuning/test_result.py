"""What is written of a search."""

from configparser import ConfigParser

import pytest

from slipstream.stop import Stop
from slipstream.tuning.objective import Interval, Objective
from slipstream.tuning.result import Result, check_writable, render, sharing, write
from slipstream.tuning.study import Tried
from tests.slipstream.tuning.toys import Contest, Service, Stranger

OBJECTIVE = Objective("ndcg", 10, "recommend", "all")
USUAL, BEST = Tried(0, {}, 0.12, 1.0), Tried(7, {("weight",): 5}, 0.13, 1.0)
SECTIONS = {"Contest": {"weight": "5", "knobs": '{"share": "5 %"}'}, "Service": {"knobs": "{}"}}
KNOWN = {"Contest": Contest, "Service": Service, "Stranger": Stranger}


def result(low, best=BEST):
    return Result(OBJECTIVE, USUAL, best, Interval(0.01, low, 0.02), 20, 1)


def parsed(text):
    parser = ConfigParser()
    parser.optionxform = str
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def test_what_is_better_beyond_chance_is_a_configuration():
    text = render(result(0.001), "slipstream tune Contest", SECTIONS)
    assert text.startswith(
        "# ndcg@10 of recommend on the validation part: 0.1200 as configured; 20 trials, 1 failed\n"
        "# The best, trial 7, has 0.1300, for the same users +0.0100 [+0.0010, +0.0200]\n"
        "# Found by: slipstream tune Contest\n"
    )
    assert parsed(text) == {"Contest": {"weight": "5", "knobs": '{"share": "5 %"}'}, "Service": {"knobs": "{}"}}


def test_what_may_be_chance_is_only_a_remark():
    text = render(result(-0.001), "slipstream tune Contest", SECTIONS)
    assert parsed(text) == {}
    assert "# That may be chance (the 95 % interval holds 0), so what is configured stays.\n" in text
    assert "# Whoever wants the best trial all the same:\n\n# [Contest]\n# weight = 5\n" in text


def test_where_nothing_is_better_nothing_is_offered():
    text = render(result(0.0, best=USUAL), "slipstream tune Contest", {})
    assert parsed(text) == {}
    assert "# No trial is better than what is configured.\n" in text
    assert "Whoever" not in text


def test_only_pipelines_of_the_same_parameters_share_them():
    assert sharing(Contest, {"weight", "knobs"}, KNOWN) == {"Contest": ["knobs", "weight"], "Service": ["knobs"]}


def test_a_file_that_cannot_be_written_is_refused_before_the_search(tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(Stop, match=r"cannot write .*taken/tuned.ini: .*; name another file by --out"):
        check_writable(tmp_path / "taken/tuned.ini")
    with pytest.raises(Stop, match="cannot write"):
        check_writable(tmp_path)


def test_a_file_is_put_in_place_whole(tmp_path):
    check_writable(tmp_path / "deep/tuned.ini")
    write(tmp_path / "deep/tuned.ini", "new")
    assert {path.name: path.read_text() for path in (tmp_path / "deep").iterdir()} == {"tuned.ini": "new"}
