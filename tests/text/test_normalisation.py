import pytest

from slipstream.tasks.text.normalisation import is_japanese, normalise


def test_width_and_case_do_not_matter():
    assert normalise("ＡＢＣ ｶﾅ") == "abc カナ"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("映画", None, True),
        ("film", None, False),
        ("a 映 b", None, True),
        ("映画", "en", False),
        ("film", "ja-JP", True),
        ("", None, False),
    ],
)
def test_the_language_decides_when_known_else_the_script(text, language, expected):
    assert is_japanese(text, language) is expected
