import pandas as pd
import pytest

from slipstream import conf
from slipstream.pipelines import TagScores
from tests.pipelines.logs import write
from tests.worlds import AS_OF, newcomer


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return tmp_path_factory.mktemp("tag_scores")


@pytest.fixture
def made(shared, build):
    """The tags of the two clubs and a newcomer, made by the first test that asks."""
    conf.set_workspace(shared / "workspace")
    pipeline = TagScores(as_of=AS_OF.to_pydatetime(), threshold=0.0, **write(newcomer(), shared / "log"))
    build(pipeline)
    return {name: task.output().load() for name, task in pipeline.products.items()}


def best(scores, key):
    return scores.sort_values("score").groupby(key)["tag"].last()


def test_the_best_tag_of_every_item_is_that_of_its_club(made):
    tags = best(made["item_tags"], "item_id")
    assert sorted(tags.index) == sorted(newcomer().items["item_id"])
    assert tags.to_list() == [item[:-1] for item in tags.index]


def test_everybody_is_most_interested_in_their_club(made):
    tags = best(made["user_tags"], "user_id")
    assert tags.to_dict() == {
        **{f"h{number}": "heart" for number in (1, 2, 3)},
        **{f"s{number}": "skin" for number in (1, 2, 3)},
        "new": "heart",
    }


def test_every_score_says_what_speaks_for_it(made):
    for name in ("item_tags", "user_tags"):
        assert made[name].query("score >= 0.1")["evidence"].str.strip().ne("").all()
    fitting = made["item_tags"].set_index(["item_id", "tag"])["evidence"]
    assert "mentioned" in fitting["heart1", "heart"]
    declared = made["user_tags"].set_index(["user_id", "tag"])["evidence"]
    assert "chose" in declared["new", "heart"]


def test_the_vocabulary_knows_both_tags_and_their_spellings(made):
    spellings = made["vocabulary"].groupby("tag")["alias"].agg(set)
    assert set(spellings.index) == {"heart", "skin"}
    assert {"心臓", "heart"} <= spellings["heart"]


def test_a_threshold_and_a_number_narrow_the_tags_of_items_not_of_people(made, shared, build):
    conf.set_workspace(shared / "workspace")
    files = write(newcomer(), shared / "log")
    narrow = TagScores(as_of=AS_OF.to_pydatetime(), top=1, threshold=0.0, **files)
    build(narrow)
    assert narrow.products["item_tags"].output().load().groupby("item_id").size().max() == 1
    pd.testing.assert_frame_equal(narrow.products["user_tags"].output().load(), made["user_tags"])
