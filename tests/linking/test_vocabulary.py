import pandas as pd
import pytest

from slipstream.tasks.linking.vocabulary import collect_tags
from slipstream.tasks.tables import ItemTag, Tag, empty
from tests.worlds import table


def given(*tags):
    return table(ItemTag, [(f"i{number}", tag, 1.0, "u", None) for number, tag in enumerate(tags)])


def spellings(dictionary, item_tags, **knobs):
    found = collect_tags(dictionary, item_tags, **knobs)
    return dict(zip(found["alias"], found["tag"], strict=True))


def test_the_most_used_spelling_is_canonical():
    assert spellings(empty(Tag), given("Sci-Fi", "Sci-Fi", "scifi", "SCI FI")) == {
        "sci fi": "Sci-Fi",
        "scifi": "Sci-Fi",
    }


def test_near_duplicates_are_joined():
    found = spellings(empty(Tag), given("female vocalists", "female vocalists", "female vocalist"))
    assert set(found.values()) == {"female vocalists"}


@pytest.mark.parametrize("tags", [("80s music hits", "90s music hits"), ("cat", "cats"), ("amoral men", "moral men")])
def test_numbers_short_tags_and_other_beginnings_stay_apart(tags):
    assert set(spellings(empty(Tag), given(*tags), similarity=85.0).values()) == set(tags)


def test_the_dictionary_wins():
    dictionary = table(Tag, [("heart", "心臓"), ("heart", "cardiac")])
    assert spellings(dictionary, given("Cardiac", "Cardiac", "skin")) == {
        "heart": "heart", "心臓": "heart", "cardiac": "heart", "skin": "skin",
    }  # fmt: skip


def test_a_spelling_of_two_tags_is_refused():
    with pytest.raises(ValueError, match=r"'ai'.*'art' and 'intelligence'"):
        collect_tags(table(Tag, [("intelligence", "AI"), ("art", "ai")]), empty(ItemTag))


def test_rare_tags_are_left_out():
    assert set(spellings(empty(Tag), given("a lot", "a lot", "once"), min_items=2)) == {"a lot"}


def test_the_order_of_rows_does_not_matter():
    tags = given("hip hop", "Hip-Hop", "hiphop", "documentaries", "documentarie", "ROCK", "rock")
    backwards = tags.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(collect_tags(empty(Tag), tags), collect_tags(empty(Tag), backwards))


def test_nothing_gives_nothing():
    assert collect_tags(empty(Tag), empty(ItemTag)).empty
