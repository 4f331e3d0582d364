"""Spellings of tags made comparable, and where a word may begin or end."""

import re
import unicodedata
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Boundaries = Callable[[str], npt.NDArray[np.bool_]]

JOINERS = re.compile(r"[\s_\-\u2010-\u2015]+")
SPACES = re.compile(r"\s+")
KANJI, HIRAGANA, KATAKANA, WORD, OTHER = range(5)
SCRIPTS = (
    (0x3041, 0x309F, HIRAGANA),
    (0x30A1, 0x30FA, KATAKANA),
    (0x30FC, 0x30FF, KATAKANA),
    (0x3005, 0x3007, KANJI),
    (0x3400, 0x4DBF, KANJI),
    (0x4E00, 0x9FFF, KANJI),
    (0xF900, 0xFAFF, KANJI),
)
SUDACHI_CHARACTERS = 10_000


def clean(spelling: str) -> str:
    """Bring a spelling to compatibility form (NFKC) with single spaces, keeping its case and hyphens."""
    return SPACES.sub(" ", unicodedata.normalize("NFKC", spelling)).strip()


def fold(text: str) -> str:
    """Make a text comparable: NFKC, case folded, hyphens, underscores and blanks as one space."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return JOINERS.sub(" ", folded).strip()


def boundaries(name: str) -> Boundaries:
    """Find by name what marks the places of a text where a word may begin or end."""
    if name == "script":
        return script_boundaries
    if name == "sudachi":
        return sudachi_boundaries()
    raise ValueError(f"word boundary {name!r} is unknown; choose 'script' or 'sudachi'")


def script_boundaries(text: str) -> npt.NDArray[np.bool_]:
    """Mark a boundary wherever the script changes or a character belongs to no word; shape (length + 1,).

    Kanji, hiragana and katakana are scripts of their own, all other letters and digits are one. So an unspaced
    compound in one script is a single word: 映画 is found in 映画を見る, not in 日本映画.
    """
    script = np.fromiter((_script(character) for character in text), np.int8, len(text))
    marks = np.ones(len(text) + 1, bool)
    marks[1:-1] = (script[1:] != script[:-1]) | (script[1:] == OTHER)
    return marks


def _script(character: str) -> int:
    code = ord(character)
    if code >= SCRIPTS[0][0] or code in (0x3005, 0x3007):
        for first, last, script in SCRIPTS:
            if first <= code <= last:
                return script
    return WORD if character.isalnum() or unicodedata.combining(character) else OTHER


def sudachi_boundaries() -> Boundaries:
    """Make a marker that adds the edges of Japanese morphemes (Sudachi, shortest units, mode A) to script changes."""
    try:
        from sudachipy import Dictionary, SplitMode
    except ImportError as error:
        raise ImportError("'sudachi' boundaries are not installed; pip install 'slipstream[japanese]'") from error
    sudachi = Dictionary(dict="core").tokenizer(mode=SplitMode.A)

    def mark(text: str) -> npt.NDArray[np.bool_]:
        marks = np.zeros(len(text) + 1, bool)
        marks[[0, -1]] = True
        for start in range(0, len(text), SUDACHI_CHARACTERS):
            for morpheme in sudachi.tokenize(text[start : start + SUDACHI_CHARACTERS]):
                marks[[start + morpheme.begin(), start + morpheme.end()]] = True
        return marks

    return mark
