import pandas as pd

from slipstream.pipelines.knowledge import Knowledge
from slipstream.tasks.cache.address import upstream_first
from slipstream.tasks.data import Before
from tests.pipelines.logs import Traces, until, write
from tests.worlds import AS_OF, article, club_events, club_items, moment, two_clubs
from tests.worlds import build as make

CUT = moment(18)
PRODUCTS = ("interactions", "given_tags", "content", "behaviour", "item_embedding", "item_tags", "user_tags")


def eventful():
    """The two clubs, and a day on which everything changes its mind."""
    clubs = two_clubs()
    likes = [tuple(row) for row in clubs.events[["user_id", "item_id", "kind", "at"]].to_numpy()]
    crossed = [("h1", f"skin{number}", "like", moment(20 + number)) for number in (1, 2, 3, 4)]
    items = [tuple(row) for row in clubs.items.to_numpy()]
    tags = [(item, item[:-1]) for item, *_ in items]
    return make(
        [*likes, *crossed],
        [*items, article("heart5", "heart", 25), article("skin5", "skin", 25)],
        tags,
        searches=[("h1", "皮膚", moment(26), "skin2")],
        answers=[("h2", "interests", "skin", 1.0, moment(27))],
    )


def knowledge(files, as_of, cut):
    pipeline = Traces(as_of=as_of.to_pydatetime(), **files)
    return Knowledge(pipeline, pipeline.log().before(cut.to_pydatetime()), cut.to_pydatetime())


def frame(product):
    return product if isinstance(product, pd.DataFrame) else pd.DataFrame(product.matrix, product.ids)


def task(known, name):
    return known.user_tags(known.log.answers) if name == "user_tags" else getattr(known, name)


def test_what_comes_later_changes_nothing_that_is_known(build, tmp_path):
    later = knowledge(write(eventful(), tmp_path / "later"), AS_OF, CUT)
    then = knowledge(write(until(eventful(), CUT), tmp_path / "then"), CUT, CUT)
    for name in PRODUCTS:
        one, other = frame(build(task(later, name))), frame(build(task(then, name)))
        assert len(one) > 0, name
        pd.testing.assert_frame_equal(one, other, obj=name)


def test_the_later_day_would_have_changed_it(build, tmp_path):
    files = write(eventful(), tmp_path / "later")
    before, after = (knowledge(files, AS_OF, cut) for cut in (CUT, AS_OF))
    assert len(build(before.interactions)) < len(build(after.interactions))
    assert len(build(before.item_embedding)) < len(build(after.item_embedding))
    tags = [build(task(known, "user_tags")).query("user_id == 'h1'") for known in (before, after)]
    assert [scores.sort_values("score")["tag"].iloc[-1] for scores in tags] == ["heart", "skin"]


def test_everything_stands_at_one_moment_over_one_log(tmp_path):
    known = knowledge(write(two_clubs(), tmp_path / "log"), AS_OF, CUT)
    tasks = upstream_first(known.user_tags(known.log.answers), lambda step: step.deps())
    cuts = {step.as_of for step in tasks if hasattr(step, "as_of") and not isinstance(step, Before)}
    assert cuts == {CUT.to_pydatetime()}
    traces = {step.interactions for step in tasks if hasattr(step, "interactions")}
    assert traces == {known.interactions}


def test_an_untouched_article_has_its_place_by_what_it_says(build, tmp_path):
    items = [*club_items(), article("heart5", "heart"), article("skin5", "skin")]
    known = knowledge(write(make(club_events(), items, []), tmp_path / "log"), AS_OF, AS_OF)
    assert "heart5" not in build(known.behaviour).ids
    vectors = build(known.item_embedding)
    likeness = pd.Series(vectors.unit @ vectors.take(["heart5"]).unit[0], vectors.ids)
    by_club = likeness.drop("heart5").groupby(lambda item: item[:-1])
    assert by_club.min()["heart"] > by_club.max()["skin"]


def test_fewer_tags_an_item_are_kept_on_demand(build, tmp_path):
    known = knowledge(write(two_clubs(), tmp_path / "log"), AS_OF, AS_OF)
    every = build(known.scored_tags(top=20, threshold=0.0))
    best = build(known.scored_tags(top=1, threshold=0.0))
    assert every.groupby("item_id").size().max() > best.groupby("item_id").size().max() == 1
    certain = build(known.scored_tags(top=20, threshold=0.5))
    assert certain["score"].min() >= 0.5
    assert len(certain) < len(every)
