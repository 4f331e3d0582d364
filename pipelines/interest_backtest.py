"""How well people's interests would have been foreseen."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import FromLog
from slipstream.tasks.base import Table
from slipstream.tasks.data import Between, CommonTags, Joined, Later, OfUsers, UserFold, Users, WithoutUsers
from slipstream.tasks.evaluation import (
    AppliedTags,
    Comparison,
    InterestQualities,
    LaterTags,
    PooledQuality,
    SimpleUserTags,
)
from slipstream.tasks.linking import LinkedItemTags
from slipstream.tasks.tables import ItemTag, Metric, UserQuality, UserTag, UserTagScore
from slipstream.tasks.tagging import TagShares

MAXWELL = "maxwell"


@dataclass(frozen=True)
class Question:
    """What was known at a cut, the tags given to items then, and the tags that people turned to."""

    cut: str
    known: Knowledge
    given: Table[ItemTag]
    wanted: Table[UserTag]


class InterestBacktest(FromLog[DataFrame[Metric]]):
    """The tags people turned to, as foreseen from what was known before, beside simple ways to foresee them.

    hold_out window: the tags of the items touched in the last horizon_hours; time, random: those of the last or of a
    random `share` of each user's events. hold_out users: the tags that people gave themselves, one of `folds` parts of
    the people who gave at least min_tags at a time, foreseen from their traces and from what others gave.
    `baselines` name ways of SimpleUserTags; `interest` sets parameters of UserTagScores.
    """

    hold_out: luigi.ChoiceParameter = luigi.ChoiceParameter(
        choices=("window", "time", "random", "users"), default="window"
    )
    horizon_hours: luigi.FloatParameter = luigi.FloatParameter(default=24.0)
    share: luigi.FloatParameter = luigi.FloatParameter(default=0.2)
    folds: luigi.IntParameter = luigi.IntParameter(default=5)
    min_tags: luigi.IntParameter = luigi.IntParameter(default=5)
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))
    baselines: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(
        default=("counts", "tf-idf", "popular", "lift", "sum")
    )
    item_scores: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("learnt", "shares"), default="learnt")
    interest: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})

    def requires(self) -> dict[str, Any]:
        """Foresee, judge and compare."""
        qualities: list[Table[UserQuality]] = []
        products: dict[str, Any] = {}
        for question in self.people() if self.hold_out == "users" else self.cut_off():
            known = question.known
            common: dict[str, Any] = {"interactions": known.interactions, "item_tags": question.given}
            lists: dict[str, Table[UserTagScore]] = {MAXWELL: self.maxwell(question)}
            lists |= {name: SimpleUserTags(method=name, **common) for name in self.baselines}
            for name, scores in lists.items():
                judged = InterestQualities(scores=scores, wanted=question.wanted, source=name, cut=question.cut)
                qualities.append(judged)
            products |= {f"user_tags_{question.cut}": lists[MAXWELL], f"wanted_{question.cut}": question.wanted}
        means = PooledQuality(qualities=qualities, seed=self.seed)
        differences = Comparison(qualities=qualities, baselines=self.baselines, seed=self.seed)
        return {"quality": Joined(tables=[means, differences]), **products}

    def maxwell(self, question: Question) -> Table[UserTagScore]:
        """Score the tags of people by all that was known."""
        known = question.known
        if self.item_scores == "learnt":
            scores = known.item_tags
        else:
            scores = TagShares(item_tags=question.given, embeddings=[known.behaviour])
        usual = known.user_tags(known.log.answers)
        return usual.clone(item_tags=scores, given=[question.given], **self.interest)

    def cut_off(self) -> Iterator[Question]:
        """Part the log at one moment for everybody, or by what is held out of each user's events."""
        log = self.log()
        if self.hold_out == "window":
            since = self.as_of - timedelta(hours=self.horizon_hours)
            known = Knowledge(self, log.before(since), since)
            later: Table[Any] = Between(rows=log.events, since=since, until=self.as_of)
        else:
            held: dict[str, Any] = {"share": self.share, "by": self.hold_out, "seed": self.seed}
            known = Knowledge(self, log.without_held_out(**held), self.as_of)
            later = Later(rows=log.events, events=log.events, **held)
        wanted = LaterTags(
            truth=self.labels(later, self.as_of),
            seen=known.interactions,
            item_tags=LinkedItemTags(item_tags=log.item_tags, vocabulary=known.vocabulary),
            relevant=self.relevant,
        )
        yield Question(self.hold_out, known, known.given_tags, wanted)

    def people(self) -> Iterator[Question]:
        """Hold out the tags that one part of the people after the other gave."""
        log = self.log()
        log = replace(log, item_tags=CommonTags(item_tags=log.item_tags))
        whole = Knowledge(self, log, self.as_of)
        applied = AppliedTags(item_tags=log.item_tags, seen=whole.interactions, min_tags=self.min_tags)
        for fold in range(self.folds):
            part = UserFold(users=Users(tables=[applied]), fold=fold, folds=self.folds, seed=self.seed)
            given = WithoutUsers(rows=log.item_tags, users=part)
            known = Knowledge(self, replace(log, item_tags=given), self.as_of)
            yield Question(f"fold{fold}", known, given, OfUsers(rows=applied, users=part))
