"""From knowledge to ranked lists: proposals, a ranker that learns on later windows, recommendations with reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar

import luigi

from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import FromLog, Log
from slipstream.pipelines.sources import Sources
from slipstream.tasks.base import Table, Task
from slipstream.tasks.data import Between, Later, SampledUsers, Users
from slipstream.tasks.embedding import AlsItemEmbedding
from slipstream.tasks.recommendation import (
    CandidatePool,
    Catalogue,
    RankedItems,
    Ranker,
    RankingFeatures,
    Recommendations,
    SpreadItems,
)
from slipstream.tasks.tables import (
    Answer,
    Candidate,
    CatalogueItem,
    Event,
    Interaction,
    RankingFeature,
    User,
)
from slipstream.tasks.tagging import UserTagScores
from slipstream.tasks.vectors import ItemEmbedding

P = TypeVar("P")


@dataclass(frozen=True)
class Window:
    """A log, the moment it ends at, and what people did next."""

    log: Log
    as_of: datetime
    later: Table[Event]
    until: datetime


class Ranked(FromLog[P], Generic[P]):
    """A pipeline that ranks items for users.

    candidate_sources name what proposes items: popular, fresh, trending_<hours>h, transitions, ease, edlae, knn, als,
    ials, content, tags; knobs set parameters of what they learn, like {"ease": {"regularisation": 100}}. The ranker
    learns on `windows` later windows: of `window_hours` each (learn_by window), or of the last or a random `share` of
    each user's events (learn_by time, random). The incumbent, a source, is served until something is proven better
    there; without one it is the best single source.
    """

    candidate_sources: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(
        default=("popular", "trending_24h", "transitions", "tags")
    )
    candidates: luigi.IntParameter = luigi.IntParameter(default=100)
    knobs: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})
    transition_half_life_hours: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    active_days: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    hidden: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=())
    learn_by: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("window", "time", "random"), default="window")
    windows: luigi.IntParameter = luigi.IntParameter(default=1)
    window_hours: luigi.FloatParameter = luigi.FloatParameter(default=24.0)
    share: luigi.FloatParameter = luigi.FloatParameter(default=0.2)
    incumbent: luigi.Parameter[str] = luigi.Parameter(default="")
    training_users: luigi.IntParameter = luigi.IntParameter(default=3000)
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))
    top: luigi.IntParameter = luigi.IntParameter(default=20)
    per_tag: luigi.IntParameter = luigi.IntParameter(default=0)
    language: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("en", "ja"), default="en")

    def knowledge(self, log: Log, as_of: datetime) -> Knowledge:
        """Learn from a log up to a moment; a recipe with a task of its own overrides this."""
        return Knowledge(self, log, as_of)

    def source_knobs(self) -> Mapping[str, Mapping[str, Any]]:
        """Set the parameters of what the sources learn."""
        transitions = {"half_life_hours": self.transition_half_life_hours, **self.knobs.get("transitions", {})}
        return {**self.knobs, "transitions": transitions}

    def cut_off(self, log: Log, as_of: datetime, *, hours: float) -> Window:
        """Part a log at one moment for everybody, or by what is held out of each user's events."""
        if self.learn_by == "window":
            since = as_of - timedelta(hours=hours)
            return Window(log.before(since), since, Between(rows=log.events, since=since, until=as_of), as_of)
        share, by, seed = self.share, self.learn_by, self.seed
        later = Later(rows=log.events, events=log.events, share=share, by=by, seed=seed)
        return Window(log.without_held_out(share=share, by=by, seed=seed), as_of, later, as_of)

    def training_windows(self, log: Log, as_of: datetime) -> Iterator[Window]:
        """Cut windows off the end of a log, the newest first; what happened in one is unknown to the log before it."""
        for _ in range(self.windows):
            window = self.cut_off(log, as_of, hours=self.window_hours)
            yield window
            log, as_of = window.log, window.as_of

    def ranker(self, log: Log, as_of: datetime) -> Ranker:
        """Learn from the training windows of a log how to order candidates."""
        features: list[Table[RankingFeature]] = []
        labels: list[Table[Interaction]] = []
        for window in self.training_windows(log, as_of):
            users = SampledUsers(users=Users(tables=[window.later]), size=self.training_users, seed=self.seed)
            stage = Stage(self, self.knowledge(window.log, window.as_of), users, window.log.answers)
            features.append(stage.features)
            labels.append(self.labels(window.later, window.until))
        if self.incumbent and self.incumbent not in self.candidate_sources:
            raise ValueError(
                f"incumbent {self.incumbent!r} is none of the candidate_sources {', '.join(self.candidate_sources)}"
            )
        return Ranker(
            features=features, labels=labels, relevant=self.relevant, incumbent=self.incumbent, seed=self.seed
        )


@dataclass(frozen=True)
class Stage:
    """One moment's knowledge applied to some users: what every source proposes, and what the ranker makes of it."""

    pipeline: Ranked[Any]
    known: Knowledge
    users: Table[User]
    answers: Table[Answer]

    @cached_property
    def catalogue(self) -> Table[CatalogueItem]:
        """What may be recommended."""
        return Catalogue(
            items=self.known.log.items,
            interactions=self.known.interactions,
            as_of=self.known.as_of,
            active_days=self.pipeline.active_days,
            hidden=self.pipeline.hidden,
        )

    @cached_property
    def user_tags(self) -> UserTagScores:
        """What the users are interested in."""
        return self.known.user_tags(self.answers)

    @cached_property
    def sources(self) -> Sources:
        """What proposes items, by name."""
        top, knobs = self.pipeline.candidates, self.pipeline.source_knobs()
        return Sources(self.known, self.users, self.catalogue, self.user_tags, top, knobs)

    @cached_property
    def candidates(self) -> dict[str, Table[Candidate]]:
        """What each source proposes."""
        return {name: self.source(name) for name in self.pipeline.candidate_sources}

    def source(self, name: str) -> Table[Candidate]:
        """Build one source by its name."""
        return self.sources.source(name)

    @cached_property
    def spaces(self) -> list[Task[ItemEmbedding]]:
        """The item vectors that features and reasons compare by."""
        factors = self.sources.factors
        used = [factors[name] for name in self.pipeline.candidate_sources if name in factors]
        return [*(AlsItemEmbedding(factors=task) for task in used), *self.known.contents]

    @cached_property
    def features(self) -> RankingFeatures:
        """What the ranker sees."""
        return RankingFeatures(
            pool=CandidatePool(candidates=list(self.candidates.values()), top=self.pipeline.candidates),
            interactions=self.known.interactions,
            items=self.known.log.items,
            item_tags=self.known.item_tags,
            user_tags=self.user_tags,
            embeddings=self.spaces,
            as_of=self.known.as_of,
        )

    def recommendations(self, ranker: Ranker) -> Recommendations:
        """Rank for the users, and say why."""
        pipeline, known, near = self.pipeline, self.known, self.sources.neighbours
        ranked: Table[Candidate] = RankedItems(
            ranker=ranker,
            features=self.features,
            interactions=known.interactions,
            users=self.users,
            fallbacks=[self.source(name) for name in self.fallbacks()],
            top=pipeline.top,
            hidden=pipeline.hidden,
        )
        if pipeline.per_tag:
            ranked = SpreadItems(ranked=ranked, item_tags=known.item_tags, per_tag=pipeline.per_tag, top=pipeline.top)
        return Recommendations(
            ranked=ranked,
            ranker=ranker,
            features=self.features,
            interactions=known.interactions,
            items=known.log.items,
            item_tags=known.item_tags,
            user_tags=self.user_tags,
            neighbours=[near[name] for name in pipeline.candidate_sources if name in near],
            embeddings=self.spaces,
            language=pipeline.language,
            kinds=pipeline.kinds,
        )

    def fallbacks(self) -> Sequence[str]:
        """Name what serves people without a history: their declared interests, what trends, what is popular."""
        trending = [name for name in self.pipeline.candidate_sources if name.startswith("trending_")]
        return ["tags", *trending, "popular"]
