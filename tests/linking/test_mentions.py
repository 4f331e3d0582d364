from slipstream.tasks.linking.mentions import find_mentions, find_query_tags
from slipstream.tasks.tables import Item, Search, Tag, empty
from tests.worlds import moment, table

VOCABULARY = table(
    Tag,
    [
        ("space", "space"),
        ("space opera", "space opera"),
        ("opera house", "opera house"),
        ("映画", "映画"),
        ("AI", "ai"),
    ],
)


def mentions(title, text="", **knobs):
    found = find_mentions(table(Item, [("a", title, text, None, None)]), VOCABULARY, **knobs)
    return dict(zip(zip(found["tag"], found["field"], strict=True), found["count"], strict=True))


def test_counts_by_field():
    assert mentions("Space", "space, SPACE and more") == {("space", "title"): 1, ("space", "text"): 2}


def test_the_longest_match_wins_and_none_overlap():
    assert mentions("A space-opera") == {("space opera", "title"): 1}
    assert mentions("space opera house") == {("space opera", "title"): 1}


def test_words_are_matched_whole():
    assert mentions("spaceship, AIR and hyperspace") == {}


def test_japanese_words_end_where_the_script_changes():
    assert mentions("映画を見る") == {("映画", "title"): 1}
    assert mentions("日本映画") == {}


def test_japanese_words_end_where_morphemes_end():
    assert mentions("日本映画", words="sudachi") == {("映画", "title"): 1}


def test_short_spellings_can_be_left_out():
    assert mentions("AI", min_length=3) == {}


def test_searches_name_each_tag_once():
    searches = table(Search, [("u", "space space ai", moment(1), None), ("u", "nothing", moment(2), None)])
    found = find_query_tags(searches, VOCABULARY)
    assert found[["user_id", "query", "tag"]].to_numpy().tolist() == [
        ["u", "space space ai", "AI"],
        ["u", "space space ai", "space"],
    ]
    assert found["at"].tolist() == [moment(1)] * 2


def test_nothing_gives_nothing():
    item = table(Item, [("a", "space", "", None, None)])
    assert find_mentions(empty(Item), VOCABULARY).empty
    assert find_mentions(item, empty(Tag)).empty
    assert find_query_tags(empty(Search), VOCABULARY).empty
