"""Products as people see them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from rich.console import Console

from slipstream.showing import product
from slipstream.tasks.vectors import ItemEmbedding


@dataclass(frozen=True)
class Model:
    """Two parts."""

    words: dict
    table: pd.DataFrame


def drawn(value, *, top=20, titles=None):
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        console.print(product(value, top=top, titles=titles or {}))
    return capture.get()


def test_a_table_shows_titles_times_and_gaps():
    frame = pd.DataFrame(
        {"item_id": ["a", "[b]"], "score": [0.123456, np.nan], "at": pd.to_datetime(["2024-01-02T03:04Z", None])}
    )
    text = drawn(frame, titles={"a": "Alpha"})
    assert "Alpha" in text
    assert "0.1235" in text
    assert "2024-01-02 03:04" in text
    assert "[b]" in text
    assert not {"nan", "NaT", "NaN"} & set(text.split())
    assert list(frame.columns) == ["item_id", "score", "at"]


def test_a_table_shows_at_most_so_many_rows():
    text = drawn(pd.DataFrame({"n": range(1000)}), top=3)
    assert "3 of 1,000 rows" in text
    assert "999" not in text


def test_an_embedding_shows_its_shape():
    embedding = ItemEmbedding(pd.Index(["a", "b"]), np.zeros((2, 5), np.float32))
    assert drawn(embedding) == "2 item_ids with vectors of size 5\n"


def test_a_model_shows_its_parts():
    text = drawn(Model({"a": 1}, pd.DataFrame({"n": [1]})))
    assert "{'a': 1}" in text
    assert "1 of 1 rows" in text
