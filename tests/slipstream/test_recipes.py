"""Pipelines by name."""

import luigi
import pytest

from slipstream import recipes
from slipstream.pipelines import TagScores
from slipstream.stop import Stop
from tests.slipstream.toys import Party


def test_every_pipeline_of_the_house_and_of_given_modules_is_found():
    found = recipes.find_pipelines(["tests.slipstream.toys"])
    assert found["Party"] is Party
    assert len(found) > 1
    assert "Pipeline" not in found


def test_settings_win():
    assert recipes.construct(Party, ["count=5", "trouble=a=b"]).count == 5
    assert recipes.construct(Party, ["trouble=a=b"]).trouble == "a=b"


def test_a_missing_parameter_is_named():
    class Strict(Party):
        """A party that must be told how many come."""

        count = luigi.IntParameter()

    with pytest.raises(Stop, match=r"^Strict needs parameter 'count'; give it by --set or in a file given to --conf$"):
        recipes.construct(Strict)


@pytest.mark.parametrize("setting", ["count", "cuont=3", "count=x"])
def test_a_setting_that_means_nothing_is_refused(setting):
    with pytest.raises(Stop) as stop:
        recipes.construct(Party, [setting])
    assert stop.value.code == 2


def test_a_variable_that_is_not_set_is_named(monkeypatch):
    configuration = luigi.configuration.get_config()
    monkeypatch.delenv("NOT_SET_ANYWHERE", raising=False)
    configuration.set("log", "events", '[{"path": "${NOT_SET_ANYWHERE}/events.csv"}]')
    try:
        with pytest.raises(Stop, match="NOT_SET_ANYWHERE") as stop:
            recipes.construct(TagScores)
    finally:
        configuration.remove_section("log")
    assert stop.value.code == 2
