"""Texts cut into tokens: words where words are spaced, morphemes or character pairs where they are not."""

import re
from collections.abc import Callable, Iterable, Sequence

import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import Item, ItemText, columns
from slipstream.tasks.text.normalisation import HAN_OR_KANA, is_japanese, normalise

Tokenizer = Callable[[str], list[str]]

FIELDS = ("title", "text")
CONTENT_WORDS = frozenset({"名詞", "動詞", "形容詞", "形状詞"})
NUMBERS = "数詞"
EMPTY_WORDS = frozenset({"為る", "居る", "有る", "成る", "出来る", "無い", "物", "事", "為", "所"})
SUDACHI_BYTES = 40_000
PIECES = re.compile(rf"(?P<unspaced>[{HAN_OR_KANA}]+)|(?P<word>(?:(?![{HAN_OR_KANA}])[^\W_])+(?:['\u2019][^\W_]+)*)")
SENTENCE = re.compile(r"[^\u3002\uff01\uff1f!?\n]*[\u3002\uff01\uff1f!?\n]?")


def tokenize_items(items: DataFrame[Item], *, japanese: str = "ngram") -> DataFrame[ItemText]:
    """Cut the title and the text of each item into tokens, joined by single spaces.

    `japanese` names the tokenizer of Japanese texts: "ngram" (pairs of characters, needs nothing) or "sudachi".
    Other texts are cut into words; runs of kana or kanji inside them into pairs of characters.
    """
    cut_japanese = tokenizer(japanese)
    known = [None if pd.isna(language) else str(language) for language in items["language"]]
    parts = [
        pd.DataFrame({"item_id": items["item_id"], "field": field, "tokens": _cut(items[field], known, cut_japanese)})
        for field in FIELDS
    ]
    table = pd.concat(parts, ignore_index=True)[columns(ItemText)].sort_values(["item_id", "field"], ignore_index=True)
    return ItemText.validate(table)


def _cut(texts: Iterable[str], languages: list[str | None], cut_japanese: Tokenizer) -> list[str]:
    normal = [normalise(text) for text in texts]
    return [
        " ".join((cut_japanese if is_japanese(text, language) else ngram_tokens)(text))
        for text, language in zip(normal, languages, strict=True)
    ]


def tokenizer(name: str) -> Tokenizer:
    """Find a Japanese tokenizer by name."""
    if name == "ngram":
        return ngram_tokens
    if name == "sudachi":
        return sudachi_tokenizer()
    raise ValueError(f"japanese tokenizer {name!r} is unknown; choose 'ngram' or 'sudachi'")


def ngram_tokens(text: str) -> list[str]:
    """Cut a normalised text into words, and runs of kana or kanji into overlapping pairs of characters."""
    tokens: list[str] = []
    for piece in PIECES.finditer(text):
        run = piece.group()
        if piece.lastgroup == "word" or len(run) == 1:
            tokens.append(run)
        else:
            tokens.extend(run[start : start + 2] for start in range(len(run) - 1))
    return tokens


def sudachi_tokenizer() -> Tokenizer:
    """Make a tokenizer that keeps content words in their normalised form (Sudachi, longest units, mode C)."""
    try:
        from sudachipy import Dictionary, SplitMode
    except ImportError as error:
        raise ImportError("the 'sudachi' tokenizer is not installed; pip install 'slipstream[japanese]'") from error
    sudachi = Dictionary(dict="core").tokenizer(mode=SplitMode.C)

    def cut(text: str) -> list[str]:
        return [
            normalise(morpheme.normalized_form()).replace(" ", "")
            for piece in _pieces(text)
            for morpheme in sudachi.tokenize(piece)
            if _has_content(morpheme.part_of_speech(), morpheme.normalized_form())
        ]

    return cut


def _has_content(part_of_speech: Sequence[str], word: str) -> bool:
    return part_of_speech[0] in CONTENT_WORDS and part_of_speech[1] != NUMBERS and word not in EMPTY_WORDS


def _pieces(text: str) -> list[str]:
    if len(text.encode()) <= SUDACHI_BYTES:
        return [text]
    step = SUDACHI_BYTES // 4
    sentences = (found.group() for found in SENTENCE.finditer(text))
    return [sentence[at : at + step] for sentence in sentences for at in range(0, len(sentence), step)]
