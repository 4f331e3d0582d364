"""The tasks that an item passes on its way to a user's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from slipstream.tasks.base import Table, Task
from slipstream.tasks.recommendation import (
    CandidatePool,
    Catalogue,
    DiverseItems,
    PinnedItems,
    RankedItems,
    RankingFeatures,
    Recommendations,
)
from slipstream.tasks.recommendation.evidence import Evidence, Likeness
from slipstream.tasks.recommendation.stages import Choice, Rules, Stages
from slipstream.tasks.tables import Candidate, User

Sources = dict[str, Table[Candidate]]


@dataclass(frozen=True)
class Route:
    """Lists with reasons, and the tasks they were made from: which one is which stage."""

    recommendations: Recommendations
    ranked: RankedItems
    diverse: DiverseItems | None
    top: int
    catalogue: Catalogue

    @classmethod
    def to(cls, recommendations: Recommendations) -> "Route":
        """Go back from lists to what they were made from."""
        listed = cast("RankedItems | DiverseItems | PinnedItems", recommendations.ranked)
        top = listed.top
        listed = cast("RankedItems | DiverseItems", listed.ranked) if isinstance(listed, PinnedItems) else listed
        diverse = listed if isinstance(listed, DiverseItems) else None
        ranked = cast("RankedItems", listed if diverse is None else diverse.ranked)
        pool = cast("CandidatePool", cast("RankingFeatures", recommendations.features).pool)
        proposing: list[Any] = [*pool.candidates, *ranked.fallbacks]
        return cls(recommendations, ranked, diverse, top, proposing[0].catalogue)

    @property
    def users(self) -> Table[User]:
        """Those who are served."""
        return self.ranked.users

    @property
    def features(self) -> RankingFeatures:
        """What the ranker sees."""
        return cast("RankingFeatures", self.recommendations.features)

    @property
    def pool(self) -> CandidatePool:
        """All proposals together."""
        return cast("CandidatePool", self.features.pool)

    @property
    def sources(self) -> Sources:
        """What each source proposes to the ranker."""
        return _named(self.pool.candidates)

    @property
    def fallbacks(self) -> Sources:
        """What serves people without a history, and fills lists up."""
        return _named(self.ranked.fallbacks)

    @property
    def evidence(self) -> list[Task[Any]]:
        """What reasons are drawn from, the vectors last."""
        lists = self.recommendations
        tables: list[Task[Any]] = [lists.interactions, lists.items, lists.item_tags, lists.user_tags]
        return [*tables, *lists.neighbours, *lists.embeddings]

    @property
    def chosen(self) -> list[Task[Any]]:
        """Lists before and after they were chosen to differ, and the vectors they were compared by."""
        return [] if self.diverse is None else [self.diverse.ranked, self.diverse, self.diverse.embedding]

    def tasks(self) -> list[Task[Any]]:
        """List the tasks whose products tell what became of an item, sources first."""
        found: list[Task[Any]] = [
            *self.evidence,
            self.users,
            *self.ranked.refusals,
            *self.chosen,
            *self.sources.values(),
            *self.fallbacks.values(),
            self.pool,
        ]
        last: list[Task[Any]] = [self.features, self.recommendations.ranker, self.recommendations]
        return list(dict.fromkeys([*found, *last]))

    def load(self) -> Stages:
        """Load the products of all stages."""
        lists = self.recommendations
        alike = [*map(_load, lists.neighbours)], [*map(_load, lists.embeddings)]
        likeness = Likeness(_load(lists.items), _load(lists.item_tags), *alike)
        evidence = Evidence(_load(lists.interactions), _load(lists.user_tags), likeness)
        sources, fallbacks = (
            {name: _load(task) for name, task in tasks.items()} for tasks in (self.sources, self.fallbacks)
        )
        model, features = _load(lists.ranker), _load(self.features)
        told = sources, _load(self.pool), features, model, fallbacks, _load(lists)
        choice = Choice(*map(_load, self.chosen)) if self.chosen else None
        return Stages(evidence, *told, self.rules(), [*map(_load, self.ranked.refusals)], choice)

    def rules(self) -> Rules:
        """Gather what the tasks were told."""
        return Rules(
            as_of=self.catalogue.as_of,
            top=self.top,
            active_days=self.catalogue.active_days,
            quotas={} if self.diverse is None else self.diverse.quotas,
            language=self.recommendations.language,
            spaces=tuple(type(task).__name__ for task in self.features.embeddings),
            kinds=self.recommendations.kinds,
        )


def _named(tasks: Sequence[Any]) -> Sources:
    return {task.source: task for task in tasks}


def _load(task: Task[Any]) -> Any:  # noqa: ANN401 (of any product)
    return task.output().load()
