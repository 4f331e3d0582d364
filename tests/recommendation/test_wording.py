import pytest

from slipstream.tasks.recommendation.wording import words_of


@pytest.mark.parametrize(
    ("language", "traces", "said"),
    [
        ("en", [("read", "A")], "because you read A"),
        ("en", [("liked", "A"), ("liked", "B")], "because you liked A and B"),
        ("en", [("liked", "A"), ("searched for", "B")], "because you liked A and searched for B"),
        ("en", [], ""),
        ("ja", [("read", "A")], "「A」を読んだから"),
        ("ja", [("liked", "A"), ("searched for", "B")], "「A」を気に入った、「B」を検索したから"),
        ("ja", [("hummed", "A")], "「A」に触れたから"),
    ],
)
def test_traces_in_words(language, traces, said):
    assert words_of(language).because(traces) == said


def test_interests_in_words():
    assert words_of("en").tagged("noir") == "in your interest in noir"
    assert words_of("ja").tagged("推理") == "「推理」への関心から"


def test_what_holds_for_everybody_stands_first():
    assert words_of("en").both("new", "because you read A") == "new, and because you read A"
    assert words_of("ja").both("新着", "「A」を読んだから") == "新着、「A」を読んだから"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="language 'xx' has no words yet; choose one of en, ja"):
        words_of("xx")
