"""How well people's interests would have been foreseen."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import FromLog, Log
from slipstream.tasks.base import Table
from slipstream.tasks.data import (
    Between,
    CommonTags,
    Contribution,
    Interactions,
    Joined,
    Later,
    OfUsers,
    SharedItems,
    UserFold,
    Users,
    WithoutUsers,
)
from slipstream.tasks.evaluation import (
    AppliedTags,
    Comparison,
    InterestQualities,
    LaterTags,
    PooledQuality,
    SimpleUserTags,
)
from slipstream.tasks.linking import LinkedItemTags
from slipstream.tasks.tables import Interaction, ItemTag, ItemTagScore, Metric, UserTag, UserTagScore
from slipstream.tasks.tagging import KindWorths, TagShares

MAXWELL = "maxwell"
TUNED = "maxwell tuned"
HELD_OUT = ("window", "time", "random")


@dataclass(frozen=True)
class Question:
    """What was known at a cut, the tags given to items then, what items say, and the tags that people turned to."""

    cut: str
    known: Knowledge
    given: Table[ItemTag]
    voices: Table[ItemTagScore]
    wanted: Table[UserTag]


class InterestBacktest(FromLog[DataFrame[Metric]]):
    """The tags people turned to, as foreseen from what was known before, beside simple ways to foresee them.

    hold_out window: the tags of the items touched in the last horizon_hours; time, random: those of the last or of a
    random `share` of each user's events. hold_out users: the tags that people gave themselves, one of `folds` parts of
    the people who gave at least min_tags at a time, foreseen from their traces and from what others gave; items that
    one person touched and tags that fewer than three gave are left out.
    `baselines` name ways of SimpleUserTags; `interest` sets parameters of UserTagScores. With tune, weights and
    half-lives of kinds are chosen on the same hold-out of what was known, and judged as "maxwell tuned".
    """

    hold_out: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=(*HELD_OUT, "users"), default="window")
    horizon_hours: luigi.FloatParameter = luigi.FloatParameter(default=24.0)
    share: luigi.FloatParameter = luigi.FloatParameter(default=0.2)
    folds: luigi.IntParameter = luigi.IntParameter(default=5)
    min_tags: luigi.IntParameter = luigi.IntParameter(default=5)
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))
    baselines: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(
        default=("counts", "tf-idf", "popular", "lift", "sum")
    )
    interest: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(
        default={"shrinkage": 10, "lift": 0, "sharpness": 1}
    )
    tune: luigi.BoolParameter = luigi.BoolParameter(default=False, parsing=luigi.BoolParameter.EXPLICIT_PARSING)

    def requires(self) -> dict[str, Any]:
        """Foresee, judge and compare."""
        qualities: list[InterestQualities] = []
        products: dict[str, Any] = {}
        for question in self.questions():
            lists: dict[str, Table[UserTagScore]] = {MAXWELL: self.maxwell(question, question.known.interactions)}
            if self.tune:
                worths = self.worths(question.known)
                lists[TUNED] = self.maxwell(question, self.reweighed(question.known, worths))
                products |= {f"worths_{question.cut}": worths}
                products |= {f"contribution_{question.cut}": self.contribution(question.known, worths)}
            products |= {f"user_tags_{question.cut}": lists[MAXWELL], f"wanted_{question.cut}": question.wanted}
            common: dict[str, Any] = {"interactions": question.known.interactions, "item_tags": question.given}
            lists |= {name: SimpleUserTags(method=name, **common) for name in self.baselines}
            qualities += [
                InterestQualities(scores=scores, wanted=question.wanted, source=name, cut=question.cut)
                for name, scores in lists.items()
            ]
        knobs: dict[str, Any] = {"seed": self.seed}
        tables: list[Table[Metric]] = [PooledQuality(qualities=qualities, **knobs)]
        tables.append(Comparison(qualities=qualities, baselines=self.baselines, **knobs))
        if self.tune:
            pair = [quality for quality in qualities if quality.source in {MAXWELL, TUNED}]
            tables.append(Comparison(qualities=pair, baselines=(MAXWELL,), **knobs))
        return {"quality": Joined(tables=tables), **products}

    def questions(self) -> Iterator[Question]:
        """Part what was known from what is to be foreseen."""
        log = self.log()
        if self.hold_out == "users":
            common = {"events": SharedItems(events=log.events), "item_tags": CommonTags(item_tags=log.item_tags)}
            yield from self.people(replace(log, **common))
        else:
            yield self.cut_off(Knowledge(self, log, self.as_of))

    def cut_off(self, whole: Knowledge) -> Question:
        """Part a log at one moment for everybody, or by what is held out of each user's events."""
        log, until = whole.log, whole.as_of
        if self.hold_out == "window":
            since = until - timedelta(hours=self.horizon_hours)
            known = Knowledge(self, log.before(since), since)
            later: Table[Any] = Between(rows=log.events, since=since, until=until)
        else:
            held: dict[str, Any] = {"share": self.share, "by": self.hold_out, "seed": self.seed}
            known = Knowledge(self, log.without_held_out(**held), until)
            later = Later(rows=log.events, events=log.events, **held)
        wanted = LaterTags(
            truth=self.labels(later, until),
            seen=known.interactions,
            item_tags=LinkedItemTags(item_tags=log.item_tags, vocabulary=known.vocabulary),
            relevant=self.relevant,
        )
        return Question(self.hold_out, known, known.given_tags, known.voices, wanted)

    def people(self, log: Log) -> Iterator[Question]:
        """Hold out the tags that one part of the people after the other gave."""
        whole = Knowledge(self, log, self.as_of)
        applied = AppliedTags(item_tags=log.item_tags, seen=whole.interactions, min_tags=self.min_tags)
        for fold in range(self.folds):
            part = UserFold(users=Users(tables=[applied]), fold=fold, folds=self.folds, seed=self.seed)
            given = WithoutUsers(rows=log.item_tags, users=part)
            known = Knowledge(self, replace(log, item_tags=given), self.as_of)
            voices = TagShares(item_tags=given, embeddings=[known.behaviour])
            yield Question(f"fold{fold}", known, given, voices, OfUsers(rows=applied, users=part))

    def maxwell(self, question: Question, interactions: Table[Interaction]) -> Table[UserTagScore]:
        """Score the tags of people by all that was known, from traces of some weight."""
        usual = question.known.user_tags(question.known.log.answers)
        inputs: dict[str, Any] = {"interactions": interactions, "item_tags": question.voices, "given": [question.given]}
        return usual.clone(**inputs, **self.interest)

    def worths(self, known: Knowledge) -> KindWorths:
        """Choose what kinds are worth on the last part of what was known."""
        if self.hold_out == "users":
            raise ValueError("hold_out users has no later traces to tune on; set tune = false")
        inner = self.cut_off(known)
        knobs = {name: value for name, value in self.interest.items() if name in {"shrinkage", "sharpness"}}
        return KindWorths(
            interactions=inner.known.interactions,
            item_tags=inner.voices,
            wanted=inner.wanted,
            kinds=self.kinds,
            as_of=inner.known.as_of,
            **knobs,
        )

    def reweighed(self, known: Knowledge, worths: KindWorths) -> Table[Interaction]:
        """Weigh the known traces by what their kinds are worth."""
        log = known.log
        return Interactions(
            events=log.events, searches=log.searches, kinds=self.kinds, as_of=known.as_of, worths=[worths]
        )

    def contribution(self, known: Knowledge, worths: KindWorths) -> Contribution:
        """Report what each kind contributes then."""
        tables: dict[str, Any] = {"events": known.log.events, "searches": known.log.searches}
        return Contribution(**tables, answers=known.log.answers, kinds=self.kinds, as_of=known.as_of, worths=[worths])
