"""What an item passes through on its way to a list: the products of all stages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.evidence import Evidence
from slipstream.tasks.recommendation.ranker import RankingModel
from slipstream.tasks.tables import Candidate, RankingFeature, Recommendation, Refusal
from slipstream.tasks.vectors import ItemEmbedding


def own(table: pd.DataFrame, user_id: str) -> Any:  # noqa: ANN401 (the same kind of table)
    """Keep the rows of one user."""
    return table[table["user_id"] == user_id]


@dataclass(frozen=True)
class Rules:
    """What the pipeline was told; `spaces` name the embeddings that features compare by."""

    as_of: datetime
    top: int
    active_days: float = 0.0
    quotas: Mapping[str, int] = field(default_factory=dict)
    language: str = "en"
    spaces: Sequence[str] = ()
    kinds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """Lists before and after they were chosen to differ, and the vectors they were compared by."""

    before: DataFrame[Candidate]
    after: DataFrame[Candidate]
    embedding: ItemEmbedding


@dataclass(frozen=True)
class Stages:
    """The products that an item passes through: proposals, pool, features and model, what rules refuse, lists."""

    evidence: Evidence
    sources: Mapping[str, DataFrame[Candidate]]
    pool: DataFrame[Candidate]
    features: DataFrame[RankingFeature]
    model: RankingModel
    fallbacks: Mapping[str, DataFrame[Candidate]]
    lists: DataFrame[Recommendation]
    rules: Rules
    refused: Sequence[DataFrame[Refusal]] = ()
    choice: Choice | None = None

    def of(self, user_id: str) -> "Stages":
        """Keep what concerns one user, but all that items and features are measured by."""
        sources, fallbacks = (
            {name: own(table, user_id) for name, table in tables.items()} for tables in (self.sources, self.fallbacks)
        )
        lists, pool, choice = own(self.lists, user_id).sort_values("rank"), own(self.pool, user_id), self.choice
        if choice is not None:
            choice = replace(choice, before=own(choice.before, user_id), after=own(choice.after, user_id))
        return replace(self, sources=sources, fallbacks=fallbacks, pool=pool, lists=lists, choice=choice)
