"""What a space may say, and what it becomes."""

import pytest

from slipstream.stop import Stop
from slipstream.tuning.space import Choice, Range, describe, parameters, plain, read_space
from tests.slipstream.tuning.toys import Contest

WHOLE = """
weight = {low = 1, high = 9}
names = [["a"], ["a", "b"]]
[knobs.gifts]
height = {low = 0.5, high = 4.0, log = true}
colour = ["red", "blue"]
"""


@pytest.fixture
def read(tmp_path):
    def write_and_read(text):
        (tmp_path / "space.toml").write_text(text)
        return read_space(tmp_path / "space.toml", Contest)

    return write_and_read


def test_parameters_and_names_inside_them_get_ranges_and_choices(read):
    assert read(WHOLE) == {
        ("weight",): Range(1, 9),
        ("names",): Choice((["a"], ["a", "b"])),
        ("knobs", "gifts", "height"): Range(0.5, 4.0, log=True),
        ("knobs", "gifts", "colour"): Choice(("red", "blue")),
    }
    assert Range(1, 9).is_whole
    assert not Range(1, 9.0).is_whole


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "declares nothing to search; write a line like "),
        ("[knobs.gifts]", "declares nothing to search; write a line like "),
        ("weight = ", "Invalid value"),
        ("wieght = [1, 2]", r"Contest has no parameter 'wieght'; did you mean weight"),
        ("weight = 3", "weight = 3 leaves nothing to choose; "),
        ("weight = [3]", r"weight = \[3\] needs two or more different values"),
        ("weight = [3, 3]", "needs two or more different values"),
        ("weight = [2024-01-01, 3]", "weight has a choice that is no plain value"),
        ("weight = ['many', 3]", "weight of Contest cannot be 'many': "),
        ("weight = {low = 0.5, high = 2.0}", "weight of Contest cannot be 0.5: "),
        ("weight = {low = 2}", "weight needs numbers for low and high; found 2 and None"),
        ("weight = {low = true, high = 2}", "weight needs numbers for low and high; found True and 2"),
        ("weight = {low = 2, high = 2}", "weight has low 2 and high 2; low must lie below high"),
        ("weight = {low = 0, high = 2, log = true}", "weight has low 0; with log = true it must be above 0"),
        ("weight = {low = 0, high = 2, step = 0}", "weight has step 0; "),
        ("weight = {low = 0, high = 2, lag = true}", "weight has no option 'lag'; did you mean log"),
        ("[weight.gifts]\nheight = [1, 2]", "weight.gifts.height: parameter 'weight' of Contest has no names inside"),
    ],
)
def test_what_cannot_be_searched_is_named(read, text, line):
    with pytest.raises(Stop, match=line) as stop:
        read(text)
    assert "space.toml" in str(stop.value)
    assert stop.value.code == 2


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Stop, match=r"there is no space .*none\.toml"):
        read_space(tmp_path / "none.toml", Contest)


def test_values_keep_what_else_a_dictionary_holds():
    pipeline = Contest(knobs={"gifts": {"colour": "red"}, "other": {"x": [1]}})
    values = {("weight",): 4, ("names",): ["b"], ("knobs", "gifts", "height"): 0.5, ("knobs", "new", "deep", "er"): 1}
    written = parameters(pipeline, values)
    assert written == {
        "weight": "4",
        "names": '["b"]',
        "knobs": '{"gifts": {"colour": "red", "height": 0.5}, "other": {"x": [1]}, "new": {"deep": {"er": 1}}}',
    }
    made = Contest.from_str_params(written)
    assert (made.weight, plain(made.knobs)["new"]) == (4, {"deep": {"er": 1}})
    assert plain(pipeline.knobs) == {"gifts": {"colour": "red"}, "other": {"x": [1]}}, "the pipeline stays as it is"


def test_nothing_is_written_of_nothing():
    assert parameters(Contest(), {}) == {}
    assert describe({}) == ""


def test_values_are_described_on_one_line():
    assert (
        describe({("knobs", "gifts", "height"): 0.123456, ("names",): ["a"]})
        == 'knobs.gifts.height=0.1235, names=["a"]'
    )
