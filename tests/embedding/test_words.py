"""Words and texts as vectors."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.embedding.words import embed_texts, without_common, word_vectors
from slipstream.tasks.tables import ItemText
from slipstream.tasks.vectors import WordEmbedding
from tests.worlds import table

TEXTS = table(ItemText, [("a", "text", "心臓 血圧 心臓"), ("b", "text", "皮膚 血圧"), ("c", "title", "心臓 皮膚 血圧")])
KNOBS = {"size": 4, "epochs": 2, "window": 2, "min_count": 2, "seed": 0}


@pytest.mark.parametrize("method", ["fasttext", "word2vec"])
def test_words_are_sorted_and_rare_ones_left_out(method: str):
    words = word_vectors(TEXTS, method=method, **{**KNOBS, "min_count": 3})
    assert words.ids.tolist() == ["心臓", "血圧"]
    assert words.size == 4


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="'glove' is none of fasttext, word2vec"):
        word_vectors(TEXTS, method="glove", **KNOBS)


def digests() -> list[str]:
    vectors = [word_vectors(TEXTS, method=method, **KNOBS) for method in ("fasttext", "word2vec")]
    return [hashlib.sha256(one.matrix.tobytes()).hexdigest() for one in vectors]


@pytest.mark.slow
def test_vectors_do_not_depend_on_the_hash_seed_of_the_process():
    other = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    code = "from tests.embedding.test_words import digests; print(*digests())"
    environment = {**os.environ, "PYTHONHASHSEED": other, "PYTHONPATH": "."}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.split() == digests()


def test_rare_words_speak_louder():
    words = WordEmbedding(pd.Index(["common", "rare"]), np.eye(2, dtype=np.float32))
    texts = table(ItemText, [("a", "text", "common rare"), ("b", "text", "common common common common")])
    found = embed_texts(words, texts, smoothing=0.1)
    weights = [0.1 / (0.1 + 5 / 6), 0.1 / (0.1 + 1 / 6)]
    assert found.matrix[0] == pytest.approx(np.array(weights) / sum(weights), abs=1e-5)


def test_items_without_known_words_have_no_vector():
    words = WordEmbedding(pd.Index(["心臓"]), np.ones((1, 2), np.float32))
    assert embed_texts(words, TEXTS, smoothing=1e-3).ids.tolist() == ["a", "c"]


def test_what_all_rows_share_is_taken_out():
    shared = np.array([[5, 1], [5, -1], [5, 0]], np.float32)
    assert np.allclose(without_common(shared), [[0, 1], [0, -1], [0, 0]], atol=1e-6)
