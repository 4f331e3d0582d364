"""Tables larger than the memory: their rows in blocks, one after the other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd


class Blocks:
    """A table that is there, as frames of some of its rows; they are read anew whenever it is gone through."""

    def __init__(self, read: Callable[[], Iterator[pd.DataFrame]]) -> None:
        """Remember how it is read."""
        self._read = read

    def __iter__(self) -> Iterator[Any]:
        """Read it."""
        return self._read()


class Passing:
    """A table on its way to its file, frame by frame, counted as it passes; it can be gone through once."""

    def __init__(self, frames: Iterable[pd.DataFrame]) -> None:
        """Wait for the first frame."""
        self._frames = iter(frames)
        self._rows = 0
        self.dtypes: Mapping[Any, Any] = {}

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Let it pass."""
        for frame in self._frames:
            self._rows += len(frame)
            self.dtypes = dict(frame.dtypes)
            yield frame

    def __len__(self) -> int:
        """Count the rows that have passed."""
        return self._rows
