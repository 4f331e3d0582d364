"""What proposes items, by name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from slipstream.pipelines.knowledge import Knowledge
from slipstream.tasks.base import Table, Task
from slipstream.tasks.embedding import (
    AlsFactors,
    AlsItemEmbedding,
    AlsUserEmbedding,
    Factors,
    IalsFactors,
    PooledUserEmbedding,
)
from slipstream.tasks.recommendation import (
    EaseNeighbours,
    EmbeddingItems,
    FreshItems,
    KnnNeighbours,
    NeighbourItems,
    PopularItems,
    TagItems,
    TransitionItems,
    TransitionNeighbours,
    TrendingItems,
)
from slipstream.tasks.tables import Candidate, CatalogueItem, Neighbour, User, UserTagScore

T = TypeVar("T", bound=Task[Any])
TRENDING = re.compile(r"trending_(\d+(?:\.\d+)?)h")
DROPOUT = 0.5


@dataclass(frozen=True)
class Sources:
    """The candidate sources over one moment's knowledge, for some users; each proposes `top` items a user.

    `knobs` sets parameters of what a source learns, like {"ease": {"regularisation": 100}}.
    """

    known: Knowledge
    users: Table[User]
    catalogue: Table[CatalogueItem]
    user_tags: Table[UserTagScore]
    top: int
    knobs: Mapping[str, Mapping[str, Any]]

    def __post_init__(self) -> None:
        """Refuse knobs of what learns nothing."""
        learners = [*self.neighbours, *self.factors]
        for name in self.knobs:
            if name not in learners:
                raise ValueError(f"no source {name!r} has knobs; those with knobs are {', '.join(sorted(learners))}")

    @cached_property
    def neighbours(self) -> dict[str, Table[Neighbour]]:
        """Which items speak for which."""
        return {
            "transitions": self.learnt(TransitionNeighbours, "transitions", seed=self.known.pipeline.seed),
            "ease": self.learnt(EaseNeighbours, "ease"),
            "edlae": self.learnt(EaseNeighbours, "edlae", dropout=DROPOUT),
            "knn": self.learnt(KnnNeighbours, "knn"),
        }

    @cached_property
    def factors(self) -> dict[str, Task[Factors]]:
        """Users and items in one space."""
        seed = self.known.pipeline.seed
        als = self.learnt(AlsFactors, "als", seed=seed) if "als" in self.knobs else self.known.factors
        return {"als": als, "ials": self.learnt(IalsFactors, "ials", seed=seed)}

    def learnt(self, task: Callable[..., T], name: str, **usual: float) -> T:
        """Set up what a source learns: its knobs come before the usual ones."""
        return task(interactions=self.known.lessons, **{**usual, **self.knobs.get(name, {})})

    def source(self, name: str) -> Table[Candidate]:
        """Build one source by its name."""
        known = self.known
        common: dict[str, Any] = {"interactions": known.interactions, "users": self.users, "catalogue": self.catalogue}
        common |= {"top": self.top, "source": name}
        if trending := TRENDING.fullmatch(name):
            hours = float(trending[1])
            return TrendingItems(as_of=known.as_of, window_hours=hours, half_life_hours=hours, **common)
        if name in self.neighbours:
            near = self.neighbours[name]
            return (TransitionItems if name == "transitions" else NeighbourItems)(neighbours=near, **common)
        if name in self.factors:
            factors = self.factors[name]
            people, items = AlsUserEmbedding(factors=factors), AlsItemEmbedding(factors=factors)
            return EmbeddingItems(user_embedding=people, item_embedding=items, **common)
        builders: dict[str, Callable[[], Table[Candidate]]] = {
            "popular": lambda: PopularItems(**common),
            "fresh": lambda: FreshItems(items=known.log.items, as_of=known.as_of, **common),
            "content": lambda: EmbeddingItems(
                user_embedding=PooledUserEmbedding(items=known.themes, interactions=known.interactions),
                item_embedding=known.themes,
                cosine=True,
                **common,
            ),
            "tags": lambda: TagItems(user_tags=self.user_tags, item_tags=known.item_tags, **common),
        }
        if name not in builders:
            names = ", ".join(sorted([*builders, *self.neighbours, *self.factors, "trending_<hours>h"]))
            raise ValueError(f"there is no source {name!r}; there are {names}")
        return builders[name]()
