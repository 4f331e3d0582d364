import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipstream.tasks.linking.spelling import boundaries, clean, fold, script_boundaries


@pytest.mark.parametrize("spelling", ["Sci-Fi", "sci fi", "ＳＣＩ＿ＦＩ", " sci \t fi "])
def test_variants_fold_to_one_spelling(spelling):
    assert fold(spelling) == "sci fi"


def test_cleaning_keeps_case_and_hyphens():
    assert clean(" Sci-Fi\u3000 Ｎoir ") == "Sci-Fi Noir"


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_boundaries_by_script():
    assert np.flatnonzero(script_boundaries("映画を見る ok")).tolist() == [0, 2, 3, 4, 5, 6, 8]
    assert np.flatnonzero(script_boundaries("日本映画")).tolist() == [0, 4]


def test_boundaries_by_morpheme():
    assert boundaries("sudachi")("日本映画")[2]


def test_a_missing_tokenizer_names_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "sudachipy", None)
    with pytest.raises(ImportError, match=r"pip install 'slipstream\[japanese\]'"):
        boundaries("sudachi")


def test_an_unknown_boundary_is_refused():
    with pytest.raises(ValueError, match="words"):
        boundaries("words")
