"""How good lists are for people of whom little is known."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import Log
from slipstream.pipelines.ranking import Ranked, Stage, Window
from slipstream.tasks.base import Table
from slipstream.tasks.data import (
    DeclaredInterests,
    Joined,
    OfUsers,
    SampledUsers,
    ShortHistories,
    Users,
    WellKnownUsers,
    WithoutTouched,
    WithoutUsers,
)
from slipstream.tasks.evaluation import Comparison, LaterTags, PooledQuality, SlicedQuality, UserQualities
from slipstream.tasks.linking import LinkedItemTags
from slipstream.tasks.recommendation import Ranker
from slipstream.tasks.tables import Event, Interaction, Metric, User, UserQuality

RECOMMEND = "recommend"
DECLARED = "tags declared"
POPULAR = "popular"


@dataclass(frozen=True)
class KnowledgeOfOthers(Knowledge):
    """What is learnt from a log, applied to people outside it of whom a few traces are known."""

    few: Table[Event]

    @cached_property
    def lessons(self) -> Table[Interaction]:
        """The traces of the people in the log."""
        return self.pipeline.interactions(self.log, self.as_of)

    @cached_property
    def interactions(self) -> Table[Interaction]:
        """The traces of all, weighted."""
        return Joined(tables=[self.lessons, self.pipeline.labels(self.few, self.as_of)])


class ColdStart(Ranked[DataFrame[Metric]]):
    """Lists for people of whom 0, 1, 3, 5 and 10 touched items are known, judged by what they did next.

    The judged people, at most `judged_users` who touched as many items as the longest of `traces`, are left out of all
    that is learnt; then the items they touched last are told, so many at a time, and all numbers are judged on the same
    people and later traces. "tags declared" is the source tags with the `declared_tags` tags that a person's later
    items bear most, as answers given before: what a questionnaire would tell; no other list knows them.
    """

    top: luigi.IntParameter = luigi.IntParameter(default=100)
    traces: luigi.ListParameter[tuple[int, ...]] = luigi.ListParameter(default=(0, 1, 3, 5, 10))
    judged_users: luigi.IntParameter = luigi.IntParameter(default=300)
    declared_tags: luigi.IntParameter = luigi.IntParameter(default=3)
    horizon_hours: luigi.FloatParameter = luigi.FloatParameter(default=24.0)
    judged_sources: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(
        default=(POPULAR, "content", "tags", "knn", "transitions")
    )

    def requires(self) -> dict[str, Any]:
        """Hide the people, tell of them bit by bit, and judge."""
        whole = self.log()
        window = self.cut_off(whole, self.as_of, hours=self.horizon_hours)
        people = self.newcomers(window)
        others = self.without(window.log, people)
        trial = self.trial(window, people)
        declared = self.declared(whole, window, trial)
        ranker = self.ranker(others, window.as_of)
        tables: list[Table[Metric]] = []
        for count in self.traces:
            few = ShortHistories(events=window.log.events, users=people, items=count)
            known = KnowledgeOfOthers(self, others, window.as_of, few)
            stage = Stage(self, known, people, others.answers)
            lists = self.lists(stage, ranker)
            lists[DECLARED] = replace(stage, answers=Joined(tables=[others.answers, declared])).source("tags")
            tables += self.judged(lists, count, {**trial, "catalogue": stage.catalogue})
        return {"quality": Joined(tables=tables), "ranker": ranker, "people": people, "declared": declared}

    def newcomers(self, window: Window) -> Table[User]:
        """Draw people whose history is long enough to be cut short."""
        active = Users(tables=[window.later])
        known = WellKnownUsers(events=window.log.events, users=active, min_items=max(self.traces))
        return SampledUsers(users=known, size=self.judged_users, seed=self.seed)

    def without(self, log: Log, people: Table[User]) -> Log:
        """Leave all that people did and said out of a log."""
        told = ("events", "searches", "answers", "item_tags")
        kept: dict[str, Any] = {name: WithoutUsers(rows=getattr(log, name), users=people) for name in told}
        return replace(log, **kept)

    def trial(self, window: Window, people: Table[User]) -> dict[str, Any]:
        """Say what the lists are judged by: later traces, and the whole history."""
        truth = OfUsers(rows=self.labels(window.later, window.until), users=people)
        seen = self.interactions(window.log, window.as_of)
        return {"truth": truth, "seen": seen, "relevant": self.relevant, "ks": (10,)}

    def declared(self, whole: Log, window: Window, trial: dict[str, Any]) -> DeclaredInterests:
        """Let people declare the tags of what they will turn to."""
        vocabulary = self.knowledge(window.log, window.as_of).vocabulary
        given = LinkedItemTags(item_tags=whole.item_tags, vocabulary=vocabulary)
        judged_by = {name: trial[name] for name in ("truth", "seen", "relevant")}
        wanted = LaterTags(item_tags=given, **judged_by)
        return DeclaredInterests(wanted=wanted, tags=self.declared_tags, as_of=window.as_of)

    def lists(self, stage: Stage, ranker: Ranker) -> dict[str, Table[Any]]:
        """Make every list."""
        made: dict[str, Table[Any]] = {name: stage.source(name) for name in (POPULAR, *self.judged_sources)}
        return {RECOMMEND: stage.recommendations(ranker), **made}

    def judged(self, lists: dict[str, Table[Any]], count: int, trial: dict[str, Any]) -> list[Table[Metric]]:
        """Judge lists that knew so many items, and compare them with what is popular."""
        qualities: list[Table[UserQuality]] = [
            UserQualities(recommendations=WithoutTouched(rows=made, interactions=trial["seen"]), source=name, **trial)
            for name, made in lists.items()
        ]
        means = PooledQuality(qualities=qualities, seed=self.seed)
        leads = Comparison(qualities=qualities, baselines=(POPULAR,), seed=self.seed)
        return [SlicedQuality(quality=each, slice=f"traces_{count}") for each in (means, leads)]
