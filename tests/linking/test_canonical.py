from slipstream.tasks.linking.canonical import link_answers, link_item_tags, link_judgements
from slipstream.tasks.tables import Answer, ItemTag, Tag, TagJudgement, empty
from tests.worlds import moment, table

VOCABULARY = table(Tag, [("Sci-Fi", "sci fi"), ("Sci-Fi", "scifi")])
GIVEN = table(
    ItemTag,
    [
        ("a", "SCI-FI", 1.0, "u", moment(2)),
        ("a", "scifi", 2.0, "u", moment(1)),
        ("a", "scifi", 1.0, None, None),
        ("a", "sci fi", 1.0, None, None),
        ("a", "noir ", 1.0, "v", None),
    ],
)


def test_spellings_of_one_person_count_once():
    found = link_item_tags(GIVEN, VOCABULARY)
    assert found["tag"].tolist() == ["Sci-Fi"] * 3
    mine = found[found["user_id"] == "u"]
    assert mine["weight"].tolist() == [2.0]
    assert mine["at"].tolist() == [moment(1)]


def test_unknown_tags_may_stay():
    assert "noir" in set(link_item_tags(GIVEN, VOCABULARY, keep_unknown=True)["tag"])


def test_answers_are_linked():
    answers = table(Answer, [("u", "q", "scifi", 1.0, moment(1)), ("u", "q", "noir", -1.0, moment(1))])
    assert link_answers(answers, VOCABULARY)["tag"].tolist() == ["Sci-Fi"]


def test_arguments_are_left_alone_and_nothing_gives_nothing():
    before = GIVEN.copy()
    link_item_tags(GIVEN, VOCABULARY)
    assert GIVEN.equals(before)
    assert link_item_tags(empty(ItemTag), VOCABULARY).empty
    assert link_answers(empty(Answer), empty(Tag)).empty


def test_judged_tags_become_canonical_and_unknown_ones_stay():
    vocabulary = table(Tag, [("science fiction", "sci-fi")])
    asked = table(TagJudgement, [("a", "Sci-Fi", 5.0, None), ("a", "noir", 1.0, None)])
    assert link_judgements(asked, vocabulary)["tag"].tolist() == ["noir", "science fiction"]
