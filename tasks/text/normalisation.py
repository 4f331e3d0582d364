"""Spellings made equal, and the language of a text told from its script."""

import re
import unicodedata

HAN_OR_KANA = "\u3005\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
JAPANESE = re.compile(f"[{HAN_OR_KANA}]")


def normalise(text: str) -> str:
    """Bring a text to compatibility form (NFKC) and lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def is_japanese(text: str, language: str | None) -> bool:
    """Tell whether a text is read as Japanese: by its language when that is known, else by its script.

    Any language tag that starts with "ja" counts ("ja", "ja-JP"); without one, a single kana or kanji decides.
    """
    if language:
        return language.lower().startswith("ja")
    return JAPANESE.search(text) is not None
