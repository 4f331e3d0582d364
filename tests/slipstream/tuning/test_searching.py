"""A whole search over the toy contest."""

import io

import pytest
from rich.console import Console

from slipstream import recipes
from slipstream.stop import Stop
from slipstream.tuning.objective import Objective
from slipstream.tuning.searching import declared, judge, search, sections
from slipstream.tuning.study import opened
from slipstream.tuning.watching import Watch
from tests.slipstream.tuning.toys import Contest, Gifts

HIT = Objective("hit_rate", 1, "gifts", "all")
SPACE = "weight = {low = 1, high = 20}\nknobs.gifts.height = {low = 0.5, high = 4.0}\n"


@pytest.fixture
def go(workspace, tmp_path):
    """Search the contest and judge what was found."""

    def search_and_judge(space, trials, settings=()):
        (tmp_path / "space.toml").write_text(space)
        base = recipes.construct(Contest, settings)
        setup = declared(base, settings, tmp_path / "space.toml", HIT, 1)
        console = Console(file=io.StringIO())
        with (
            opened(workspace, "Contest", {"pipeline": base.make_unique_id()}, setup.space, 0) as study,
            Watch(HIT, trials, study.tried(), console, live=False) as watch,
        ):
            search(setup, study, watch, trials)
            return setup, watch, judge(setup, watch, seed=0)

    return search_and_judge


def test_a_better_one_is_found_and_led_by(go):
    setup, watch, found = go(SPACE, 4)
    assert len(watch.tried) == 5
    assert found.usual.value == pytest.approx(9 / 40)
    assert found.best.value == max(trial.value for trial in watch.tried) > 0.4
    assert found.lead.value == pytest.approx(found.best.value - found.usual.value)
    assert found.is_better
    known = {"Contest": Contest}
    chosen = sections(setup, found.best, known)["Contest"]
    assert Contest.from_str_params(chosen).find(Gifts).height == found.best.values["knobs", "gifts", "height"]
    assert Contest.from_str_params(chosen).weight == found.best.values["weight",]


def test_a_second_call_repeats_nothing_and_goes_on(go):
    _, first, _ = go(SPACE, 1)
    _, second, _ = go(SPACE, 2)
    assert second.tried[:2] == first.tried
    assert len(second.tried) == 3


def test_what_is_set_stays_set(go):
    setup, watch, _ = go("knobs.gifts.height = {low = 0.5, high = 4.0}", 1, ("weight=7",))
    assert watch.tried[0].value == pytest.approx(14 / 40)
    assert setup.made(watch.tried[1].values).weight == 7


def test_a_failure_is_recorded_and_the_search_goes_on(go):
    _, watch, found = go('weight = {low = 1, high = 20}\nknobs.gifts.colour = ["red", "broken"]', 5)
    failed = [trial for trial in watch.tried if trial.value is None]
    assert 0 < len(failed) == found.failed < 5
    assert {trial.values["knobs", "gifts", "colour"] for trial in failed} == {"broken"}
    assert failed[0].cause == "Gifts failed: ValueError: nobody makes it in this colour; take another one"


def test_what_fails_as_configured_is_not_searched(go):
    with pytest.raises(Stop, match="what is configured fails already: Gifts failed: ") as stop:
        go("weight = [1, 2]", 8, ('knobs={"gifts": {"colour": "broken"}}',))
    assert stop.value.code == 40


def test_where_everything_fails_the_search_ends(go):
    with pytest.raises(Stop, match="5 trials in a row failed, the last one: Gifts failed: "):
        go('knobs.gifts.colour = ["broken"," broken"]', 8)


def test_names_that_nothing_takes_are_refused_beforehand(go):
    with pytest.raises(Stop, match=r"space.toml: knobs.gifts.hight=1: .*hight"):
        go("knobs.gifts.hight = [1, 2]", 1)


def test_a_best_trial_that_gives_something_else_by_now_is_not_written(go, monkeypatch):
    go(SPACE, 1)
    monkeypatch.setattr(Objective, "measure", lambda *_: 0.5)
    with pytest.raises(Stop, match=r"gives 0.5000 now and gave 0\.\d+: code or data that it reaches has changed since"):
        go(SPACE, 1)
