import pytest

from slipstream.tasks.cache.codebook import keep, texts
from slipstream.tasks.cache.fingerprint import Definition, digest_of

CODE = {"shop.model:train": Definition("def train():\n    return '心臓'", "model.py", 3, 4)}


def test_texts_are_kept_under_their_digest(tmp_path):
    keep(tmp_path, CODE)
    keep(tmp_path, CODE)

    assert texts(tmp_path, digest_of(CODE)) == {"shop.model:train": "def train():\n    return '心臓'"}
    assert len(list((tmp_path / ".code").iterdir())) == 1


@pytest.mark.parametrize("damage", [None, "", "{", "[]"])
def test_texts_that_were_not_kept_or_are_damaged_are_none(tmp_path, damage):
    if damage is not None:
        (tmp_path / ".code").mkdir()
        (tmp_path / ".code" / "abc.json").write_text(damage)

    assert texts(tmp_path, "abc") is None
