from slipstream.pipelines import TagScores
from slipstream.pipelines.interest import Foresight, contribution, reweighed
from slipstream.pipelines.knowledge import Knowledge
from slipstream.tasks.data import Earlier, Later
from tests.pipelines.logs import write
from tests.worlds import AS_OF, two_clubs

KNOBS = {"shrinkage": 1, "sharpness": 2, "lift": 0.5}


def known(folder, **knobs):
    pipeline = TagScores(as_of=AS_OF.to_pydatetime(), **write(two_clubs(), folder), **knobs)
    return Knowledge(pipeline, pipeline.log(), pipeline.as_of)


def test_what_is_held_out_of_each_user_is_asked_for(tmp_path):
    question = Foresight(KNOBS, "time", 0, 0.5, ("medium",)).cut_off(known(tmp_path))
    assert isinstance(question.known.log.events, Earlier)
    assert isinstance(question.wanted.truth.events, Later)
    assert question.known.log.events.share == question.wanted.truth.events.share == 0.5


def test_worths_are_chosen_as_interests_are_scored(tmp_path):
    foresight, whole = Foresight(KNOBS, "window", 24, 0, ("medium",)), known(tmp_path)
    worths, scores = foresight.worths(whole), foresight.scores(whole, whole.interactions)
    assert (worths.shrinkage, worths.sharpness) == (scores.shrinkage, scores.sharpness) == (1, 2)
    assert scores.lift == 0.5
    assert worths.item_tags != scores.item_tags


def test_found_worths_weigh_traces_and_are_reported(tmp_path):
    whole = known(tmp_path)
    worths = Foresight(KNOBS, "window", 24, 0, ("medium",)).worths(whole)
    assert list(reweighed(whole, [worths]).worths) == list(contribution(whole, [worths]).worths) == [worths]
    assert contribution(whole, [worths]).interactions == reweighed(whole, [worths])
    assert reweighed(whole, []) == whole.interactions


def test_tags_are_scored_with_tuned_kinds_when_asked(tmp_path):
    files = write(two_clubs(), tmp_path)
    plain, tuned = (TagScores(as_of=AS_OF.to_pydatetime(), tune_hours=hours, **files).products for hours in (0, 24))
    assert "worths" not in plain
    assert list(tuned["user_tags"].interactions.worths) == [tuned["worths"]]
