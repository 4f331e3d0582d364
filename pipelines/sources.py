"""What proposes items, by name."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from slipstream.pipelines.knowledge import Knowledge
from slipstream.tasks.base import Table, Task
from slipstream.tasks.embedding import (
    AlsFactors,
    AlsItemEmbedding,
    AlsUserEmbedding,
    AttentionFactors,
    Factors,
    IalsFactors,
    JoinedItemEmbedding,
    LsiItemEmbedding,
    PooledUserEmbedding,
)
from slipstream.tasks.recommendation import (
    EaseNeighbours,
    EmbeddingItems,
    FreshItems,
    KnnNeighbours,
    NeighbourItems,
    PopularItems,
    SourceScores,
    TagItems,
    TransitionItems,
    TransitionNeighbours,
    TrendingItems,
)
from slipstream.tasks.tables import Candidate, CatalogueItem, Neighbour, User, UserTagScore
from slipstream.tasks.vectors import ItemEmbedding

T = TypeVar("T", bound=Task[Any])
WINDOWED = re.compile(r"(popular|trending)_(\d+(?:\.\d+)?)h")
DROPOUT = 0.5
HORIZONS: dict[str, dict[str, float]] = {
    "transitions": {"window": 20, "recent": 20, "decay": 0.9},
    "transitions_near": {"window": 3, "recent": 3, "decay": 0.5},
    "transitions_far": {"window": 60, "recent": 60, "decay": 0.95},
}


@dataclass(frozen=True)
class Sources:
    """The candidate sources over one moment's knowledge, for some users; each proposes `top` items a user.

    `knobs` sets parameters of what a source learns, like {"ease": {"regularisation": 100}}; `nearest` those of the
    search for the nearest vectors, like {"threads": 2}.
    """

    known: Knowledge
    users: Table[User]
    catalogue: Table[CatalogueItem]
    user_tags: Table[UserTagScore]
    top: int
    knobs: Mapping[str, Mapping[str, Any]]
    nearest: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Refuse knobs of what learns nothing."""
        learners = [*self.neighbours, *self.factors, "content"]
        for name in self.knobs:
            if name not in learners:
                raise ValueError(f"no source {name!r} has knobs; those with knobs are {', '.join(sorted(learners))}")

    @cached_property
    def neighbours(self) -> dict[str, Table[Neighbour]]:
        """Which items speak for which."""
        return {
            **{name: self.steps(name) for name in HORIZONS},
            "ease": self.learnt(EaseNeighbours, "ease"),
            "ease_tags": self.learnt(EaseNeighbours, "ease_tags", item_tags=[self.known.item_tags]),
            "edlae": self.learnt(EaseNeighbours, "edlae", dropout=DROPOUT),
            "edlae_tags": self.learnt(EaseNeighbours, "edlae_tags", dropout=DROPOUT, item_tags=[self.known.item_tags]),
            "knn": self.learnt(KnnNeighbours, "knn"),
        }

    @cached_property
    def factors(self) -> dict[str, Task[Factors]]:
        """Users and items in one space."""
        seed = self.known.pipeline.seed
        als = self.learnt(AlsFactors, "als", seed=seed) if "als" in self.knobs else self.known.factors
        return {
            "als": als,
            "ials": self.learnt(IalsFactors, "ials", seed=seed),
            "ials_tags": self.learnt(IalsFactors, "ials_tags", seed=seed, item_tags=[self.known.item_tags]),
            "sasrec": self.learnt(AttentionFactors, "sasrec", seed=seed),
        }

    @cached_property
    def fading(self) -> dict[str, dict[str, Any]]:
        """Which sources start from what somebody touched last, and how quickly that fades."""
        return {
            name: {knob: self.knobs.get(name, {}).get(knob, usual[knob]) for knob in ("recent", "decay")}
            for name, usual in HORIZONS.items()
        }

    def steps(self, name: str) -> TransitionNeighbours:
        """Set up what follows what within a horizon."""
        usual = {knob: value for knob, value in HORIZONS[name].items() if knob != "recent"}
        return self.learnt(TransitionNeighbours, name, seed=self.known.pipeline.seed, **usual)

    def scores(self, pool: Table[Candidate], names: Sequence[str]) -> SourceScores:
        """Let those sources that learnt something score what all of them propose."""
        near = [name for name in names if name in self.neighbours]
        spaces = [name for name in names if name in self.factors]
        return SourceScores(
            pool=pool,
            interactions=self.known.interactions,
            neighbours=[self.neighbours[name] for name in near],
            people=[AlsUserEmbedding(factors=self.factors[name]) for name in spaces],
            items=[AlsItemEmbedding(factors=self.factors[name]) for name in spaces],
            names=(*near, *spaces),
            fading={name: knobs for name, knobs in self.fading.items() if name in near},
        )

    def learnt(self, task: Callable[..., T], name: str, **usual: object) -> T:
        """Set up what a source learns: its knobs come before the usual ones."""
        proposing = ["recent"] if name in self.fading else []
        knobs = {knob: value for knob, value in self.knobs.get(name, {}).items() if knob not in proposing}
        return self.known.pipeline.made_by(task, interactions=self.known.lessons, **{**usual, **knobs})

    @cached_property
    def themes(self) -> Task[ItemEmbedding]:
        """Items as vectors by what they say and by the tags that fit them."""
        known, knobs = self.known, self.knobs.get("content", {})
        if not knobs:
            return known.themes
        words = LsiItemEmbedding(terms=known.terms, **{"seed": known.pipeline.seed, **knobs})
        return JoinedItemEmbedding(parts=[words, known.tag_space])

    def alike(self, common: Mapping[str, Any]) -> Table[Candidate]:
        """Propose what is like all that somebody touched, by words and tags."""
        people = PooledUserEmbedding(items=self.themes, interactions=self.known.interactions)
        vectors: dict[str, Any] = {"user_embedding": people, "item_embedding": self.themes}
        return self.known.pipeline.made_by(EmbeddingItems, **vectors, cosine=True, **self.nearest, **common)

    def source(self, name: str) -> Table[Candidate]:
        """Build one source by its name."""
        known = self.known
        common: dict[str, Any] = {"interactions": known.interactions, "users": self.users, "catalogue": self.catalogue}
        common |= {"top": self.top, "source": name}
        if windowed := WINDOWED.fullmatch(name):
            hours = float(windowed[2])
            half_life = hours / 2 if windowed[1] == "trending" else 0.0
            return TrendingItems(as_of=known.as_of, window_hours=hours, half_life_hours=half_life, **common)
        if name in self.neighbours:
            near = self.neighbours[name]
            if name in self.fading:
                return TransitionItems(neighbours=near, **self.fading[name], **common)
            return NeighbourItems(neighbours=near, **common)
        if name in self.factors:
            factors = self.factors[name]
            vectors: dict[str, Any] = {"user_embedding": AlsUserEmbedding(factors=factors)}
            vectors["item_embedding"] = AlsItemEmbedding(factors=factors)
            return known.pipeline.made_by(EmbeddingItems, **vectors, **self.nearest, **common)
        builders: dict[str, Callable[[], Table[Candidate]]] = {
            "popular": lambda: PopularItems(**common),
            "fresh": lambda: FreshItems(items=known.log.items, as_of=known.as_of, **common),
            "content": lambda: self.alike(common),
            "tags": lambda: TagItems(user_tags=self.user_tags, item_tags=known.item_tags, **common),
        }
        if name not in builders:
            names = ", ".join(
                sorted([*builders, *self.neighbours, *self.factors, "popular_<hours>h", "trending_<hours>h"])
            )
            raise ValueError(f"there is no source {name!r}; there are {names}")
        return builders[name]()
