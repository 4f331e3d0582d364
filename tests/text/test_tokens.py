import sys

import pytest

from slipstream.tasks.tables import Item, ItemText, columns, empty
from slipstream.tasks.text.tokens import ngram_tokens, tokenize_items, tokenizer
from tests.worlds import table


def items(*rows):
    return table(Item, [(item_id, title, text, language, None) for item_id, title, text, language in rows])


def test_one_row_a_field_in_order():
    found = tokenize_items(items(("b", "Two", "", None), ("a", "It's ONE!", "R2-D2 and me", "en")))
    assert found.to_numpy().tolist() == [
        ["a", "text", "r2 d2 and me"],
        ["a", "title", "it's one"],
        ["b", "text", ""],
        ["b", "title", "two"],
    ]


def test_unspaced_runs_become_pairs():
    assert ngram_tokens("東京都 film 映") == ["東京", "京都", "film", "映"]


def test_sudachi_keeps_content_words_in_their_normal_form():
    found = tokenize_items(items(("a", "心臓は血液を送った", "", "ja")), japanese="sudachi")
    assert found.loc[found["field"] == "title", "tokens"].item() == "心臓 血液 送る"


def test_sudachi_reads_texts_longer_than_its_limit():
    assert len(tokenizer("sudachi")("映画を見る。" * 4000)) == 8000


def test_a_missing_tokenizer_names_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "sudachipy", None)
    with pytest.raises(ImportError, match=r"pip install 'slipstream\[japanese\]'"):
        tokenizer("sudachi")


def test_an_unknown_tokenizer_is_refused():
    with pytest.raises(ValueError, match="mecab"):
        tokenizer("mecab")


def test_nothing_gives_nothing():
    found = tokenize_items(empty(Item))
    assert found.empty
    assert list(found.columns) == columns(ItemText)
