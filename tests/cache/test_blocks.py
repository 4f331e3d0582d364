"""Tables in blocks."""

import pandas as pd

from slipstream.tasks.cache.blocks import Blocks, Passing


def test_blocks_can_be_gone_through_again():
    blocks = Blocks(lambda: iter([pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]})]))
    assert [len(frame) for frame in blocks] == [len(frame) for frame in blocks] == [1, 1]


def test_what_passes_is_counted():
    passing = Passing(pd.DataFrame({"a": range(size)}) for size in (2, 3))
    assert (len(passing), passing.dtypes) == (0, {})
    assert sum(len(frame) for frame in passing) == len(passing) == 5
    assert {name: str(kind) for name, kind in passing.dtypes.items()} == {"a": "int64"}
