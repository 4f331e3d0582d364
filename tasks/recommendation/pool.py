"""The proposals of several sources together."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import Candidate, empty
from slipstream.tasks.user_blocks import whole_users

ROWS = 100_000


def pool_candidates(
    sources: Sequence[Iterable[DataFrame[Candidate]]], *, top: int, rows: int = ROWS
) -> Iterator[DataFrame[Candidate]]:
    """Put proposals together, `top` a user and source at most, sorted by user, source and rank, some users at a time.

    Each source comes in frames, sorted by user where there are more than `rows` rows of it.
    """
    lines = [_Line(whole_users(source, rows=rows)) for source in sources]
    owners: dict[str, int] = {}
    goes_on = True
    while goes_on:
        last = min((line.last for line in lines if line.goes_on), default=None)
        parts = [line.take(last) for line in lines]
        _note_names(parts, owners)
        table = pd.concat([empty(Candidate), *parts])
        yield table[table["rank"] <= top].sort_values(["user_id", "source", "rank"], ignore_index=True)
        goes_on = last is not None


class _Line:
    """The proposals of a source in frames of whole users, of which the first one waits."""

    def __init__(self, frames: Iterator[Any]) -> None:
        self._frames = frames
        self._first, self._second = next(frames), next(frames, None)

    @property
    def goes_on(self) -> bool:
        """Tell whether there are frames behind the first one."""
        return self._second is not None

    @property
    def last(self) -> str:
        """Name the last user of the first frame."""
        return str(self._first["user_id"].iloc[-1])

    def take(self, last: str | None) -> Any:  # noqa: ANN401 (a frame)
        """Take what there is up to a user, everything without one."""
        taken = []
        while self.goes_on and (last is None or self.last <= last):
            taken.append(self._first)
            self._first, self._second = self._second, next(self._frames, None)
        users = self._first["user_id"]
        mine = users.notna() if last is None else users <= last
        taken.append(self._first[mine])
        self._first = self._first[~mine]
        return pd.concat(taken)


def _note_names(parts: Sequence[pd.DataFrame], owners: dict[str, int]) -> None:
    """Note which source uses which names, and refuse one that two of them use."""
    for number, part in enumerate(parts):
        for name in part["source"].drop_duplicates():
            if owners.setdefault(name, number) != number:
                raise ValueError(f"two sources are called {name!r}; give each its own `source`")
