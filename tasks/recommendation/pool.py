"""The proposals of several sources together."""

from collections.abc import Sequence

import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import Candidate, empty


def pool_candidates(sources: Sequence[DataFrame[Candidate]], *, top: int) -> DataFrame[Candidate]:
    """Put proposals together, `top` a user and source at most, sorted by user, source and rank."""
    names = [name for source in sources for name in source["source"].drop_duplicates()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{names.count(twice[0])} sources are called {twice[0]!r}; give each its own `source`")
    table = pd.concat([empty(Candidate), *sources])
    return table[table["rank"] <= top].sort_values(["user_id", "source", "rank"], ignore_index=True)
