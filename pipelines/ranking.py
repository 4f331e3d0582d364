"""From knowledge to ranked lists: proposals, a ranker that learns on later windows, recommendations with reasons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar

import luigi

from slipstream.pipelines.finishing import Finish, Finished
from slipstream.pipelines.knowledge import Knowledge, Learning
from slipstream.pipelines.log import Log
from slipstream.pipelines.sources import Sources
from slipstream.tasks.base import Table, Task
from slipstream.tasks.data import Between, Later, SampledUsers, Users
from slipstream.tasks.embedding import AlsItemEmbedding
from slipstream.tasks.recommendation import (
    CandidatePool,
    Catalogue,
    Exposures,
    PositionBias,
    RankedItems,
    Ranker,
    RankingFeatures,
    Recommendations,
    TouchedItems,
)
from slipstream.tasks.tables import (
    Answer,
    Candidate,
    CatalogueItem,
    Event,
    Exposure,
    Impression,
    Interaction,
    RankingFeature,
    Refusal,
    User,
)
from slipstream.tasks.tagging import UserTagScores
from slipstream.tasks.vectors import ItemEmbedding

P = TypeVar("P")


@dataclass(frozen=True)
class Window:
    """A log, the moment it ends at, what people did next and were shown; if set, only items of `within` count."""

    log: Log
    as_of: datetime
    later: Table[Event]
    until: datetime
    shown: Table[Impression]
    within: Table[Event] | None = None


class Ranked(Learning[P], Finished[P], Generic[P]):
    """A pipeline that ranks items for users.

    candidate_sources name what proposes items (popular, popular_<hours>h, fresh, trending_<hours>h, transitions,
    transitions_near, transitions_far, ease, ease_tags, edlae, edlae_tags, knn, als, ials, ials_tags, sasrec, tags,
    content); knobs set what they learn by, like {"ease": {"dropout": 0.5}}, nearest how vectors are searched, like
    {"threads": 2, "megabytes": 64, "probes": 128} (parameters of EmbeddingItems), trees how the ranker learns, like
    {"leaves": 31}. It learns on `windows` later windows: of `window_hours` each (learn_by window); or of the last or a
    random `share` of each user's events (time, random), each user's last event (last), a random `share` of all events
    (events), or all events of a random `share` of the items, which alone are then offered (items). The incumbent, a
    source, is served until one is proven better there; without one it is the best single source. With `impressions` the
    lessons are corrected for what was shown at which position.
    """

    candidate_sources: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(
        default=("popular", "trending_24h", "transitions", "tags")
    )
    candidates: luigi.IntParameter = luigi.IntParameter(default=100)
    knobs: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})
    nearest: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})
    active_days: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    learn_by: luigi.ChoiceParameter = luigi.ChoiceParameter(
        choices=("window", "time", "last", "random", "events", "items"), default="window"
    )
    windows: luigi.IntParameter = luigi.IntParameter(default=1)
    window_hours: luigi.FloatParameter = luigi.FloatParameter(default=24.0)
    share: luigi.FloatParameter = luigi.FloatParameter(default=0.2)
    trees: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})
    incumbent: luigi.Parameter[str] = luigi.Parameter(default="")
    training_users: luigi.IntParameter = luigi.IntParameter(default=3000)
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))
    language: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("en", "ja"), default="en")

    def cut_off(self, log: Log, as_of: datetime, *, hours: float, draw: int = 0) -> Window:
        """Part a log at one moment for everybody, or by what is held out of the events."""
        if self.learn_by != "window":
            return self.hold_out(log, as_of, seed=self.seed + draw)
        since = as_of - timedelta(hours=hours)
        happened, shown = (Between(rows=rows, since=since, until=as_of) for rows in (log.events, log.impressions))
        return Window(log.before(since), since, happened, as_of, shown)

    def hold_out(self, log: Log, as_of: datetime, *, seed: int) -> Window:
        """Part a log by what is held out of the events."""
        share, by = self.share, self.learn_by
        knobs: dict[str, Any] = {"events": log.events, "share": share, "by": by, "seed": seed}
        later, shown = (Later(rows=rows, **knobs) for rows in (log.events, log.impressions))
        known = log.without_held_out(share=share, by=by, seed=seed)
        return Window(known, as_of, later, as_of, shown, within=later if by == "items" else None)

    def training_windows(self, log: Log, as_of: datetime) -> Iterator[Window]:
        """Cut windows off the end of a log, the newest first, each unknown to the next; or draw them by chance."""
        for draw in range(self.windows):
            window = self.cut_off(log, as_of, hours=self.window_hours, draw=draw)
            yield window
            if self.learn_by in {"window", "time", "last"}:
                log, as_of = window.log, window.as_of

    def ranker(self, log: Log, as_of: datetime) -> Ranker:
        """Learn from the training windows of a log how to order candidates."""
        features: list[Table[RankingFeature]] = []
        labels: list[Table[Interaction]] = []
        exposures: list[Table[Exposure]] = []
        bias = PositionBias(impressions=log.impressions)
        for window in self.training_windows(log, as_of):
            users = SampledUsers(users=Users(tables=[window.later]), size=self.training_users, seed=self.seed)
            stage = Stage(self, self.knowledge(window.log, window.as_of), users, window.log.answers, window.within)
            features.append(stage.features)
            labels.append(self.labels(window.later, window.until))
            exposures += [Exposures(impressions=window.shown, examination=bias)] if self.impressions else []
        if self.incumbent and self.incumbent not in self.candidate_sources:
            raise ValueError(f"incumbent {self.incumbent!r} is none of {', '.join(self.candidate_sources)}")
        tables: dict[str, Any] = {"features": features, "labels": labels, "exposures": exposures}
        knobs: dict[str, Any] = {"relevant": self.relevant, "incumbent": self.incumbent, "seed": self.seed}
        return Ranker(**tables, trees=self.trees, **knobs)


@dataclass(frozen=True)
class Stage:
    """One moment's knowledge applied to some users: what every source proposes, and what the ranker makes of it."""

    pipeline: Ranked[Any]
    known: Knowledge
    users: Table[User]
    answers: Table[Answer]
    within: Table[Event] | None = None

    @cached_property
    def catalogue(self) -> Table[CatalogueItem]:
        """What may be recommended."""
        whole = self.catalogue_of(self.known.interactions)
        return whole if self.within is None else TouchedItems(catalogue=whole, traces=self.within)

    def catalogue_of(self, interactions: Table[Interaction]) -> Table[CatalogueItem]:
        """List what might be recommended if these traces were known."""
        return Catalogue(
            items=self.known.log.items,
            interactions=interactions,
            as_of=self.known.as_of,
            active_days=self.pipeline.active_days,
        )

    @cached_property
    def user_tags(self) -> UserTagScores:
        """What the users are interested in."""
        return self.known.user_tags(self.answers)

    @cached_property
    def sources(self) -> Sources:
        """What proposes items, by name."""
        knobs = self.pipeline.candidates, self.pipeline.knobs, self.pipeline.nearest
        return Sources(self.known, self.users, self.catalogue, self.user_tags, *knobs)

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
        pool = CandidatePool(candidates=list(self.candidates.values()), top=self.pipeline.candidates)
        return RankingFeatures(
            pool=pool,
            interactions=self.known.interactions,
            items=self.known.log.items,
            item_tags=self.known.item_tags,
            user_tags=self.user_tags,
            embeddings=self.spaces,
            scores=self.sources.scores(pool, self.pipeline.candidate_sources),
            as_of=self.known.as_of,
        )

    @cached_property
    def finish(self) -> Finish:
        """What is done to ranked lists before they are shown."""
        return Finish(self.pipeline, self.known, self.users, self.catalogue)

    @cached_property
    def offered(self) -> Sources:
        """What proposes items that the rules allow: to judge by, and to fill lists up."""
        return replace(self.sources, catalogue=self.finish.offered)

    def ranked(self, ranker: Ranker) -> RankedItems:
        """Order for the users what the rules allow."""
        fallbacks = [self.offered.source(name) for name in self.fallbacks()]
        return self._ranked(ranker, fallbacks, self.finish.refusals, self.finish.depth)

    def unruled(self, ranker: Ranker) -> RankedItems:
        """Order for the users whatever there is."""
        return self._ranked(ranker, [self.source(name) for name in self.fallbacks()], [], self.pipeline.top)

    def _ranked(
        self, ranker: Ranker, fallbacks: list[Table[Candidate]], refusals: list[Table[Refusal]], top: int
    ) -> RankedItems:
        people: dict[str, Any] = {"interactions": self.known.interactions, "users": self.users}
        lists: dict[str, Any] = {"fallbacks": fallbacks, "refusals": refusals, "top": top}
        return self.pipeline.made_by(RankedItems, ranker=ranker, features=self.features, **people, **lists)

    def recommendations(self, ranker: Ranker) -> Recommendations:
        """Rank for the users, and say why."""
        pipeline, known, near = self.pipeline, self.known, self.sources.neighbours
        return Recommendations(
            ranked=self.finish.lists(self.ranked(ranker)),
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
