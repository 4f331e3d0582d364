"""How well people's interests would have been foreseen."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.interest import FORESIGHT, Foresight, Question, contribution, reweighed
from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import FromLog, Log
from slipstream.tasks.base import Table
from slipstream.tasks.data import CommonTags, Joined, OfUsers, SharedItems, UserFold, Users, WithoutUsers
from slipstream.tasks.evaluation import AppliedTags, Comparison, InterestQualities, PooledQuality, SimpleUserTags
from slipstream.tasks.tables import Metric, UserQuality, UserTagScore
from slipstream.tasks.tagging import TagShares

MAXWELL = "maxwell"
TUNED = "maxwell tuned"
HELD_OUT = ("window", "time", "random")


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
    interest: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default=FORESIGHT)
    tune: luigi.BoolParameter = luigi.BoolParameter(default=False, parsing=luigi.BoolParameter.EXPLICIT_PARSING)

    def requires(self) -> dict[str, Any]:
        """Foresee, judge and compare."""
        qualities: list[InterestQualities] = []
        products: dict[str, Any] = {}
        for question in self.questions():
            known, cut, given = question.known, question.cut, question.given
            inputs: dict[str, Any] = {"item_tags": question.voices, "given": [given]}
            plain = self.foresight.scores(known, known.interactions, **inputs)
            lists: dict[str, Table[UserTagScore]] = {MAXWELL: plain}
            products |= {f"user_tags_{cut}": plain, f"wanted_{cut}": question.wanted}
            if self.tune:
                worths = self.foresight.worths(known)
                lists[TUNED] = self.foresight.scores(known, reweighed(known, [worths]), **inputs)
                products |= {f"worths_{cut}": worths, f"contribution_{cut}": contribution(known, [worths])}
            common: dict[str, Any] = {"interactions": known.interactions, "item_tags": given}
            lists |= {name: SimpleUserTags(method=name, **common) for name in self.baselines}
            qualities += [
                InterestQualities(scores=scores, wanted=question.wanted, source=name, cut=cut)
                for name, scores in lists.items()
            ]
        return {"quality": Joined(tables=self.compared(qualities)), **products}

    def compared(self, qualities: Sequence[InterestQualities]) -> list[Table[Metric]]:
        """Average, and compare with the baselines."""
        knobs: dict[str, Any] = {"seed": self.seed}
        judged: list[Table[UserQuality]] = [*qualities]
        tables: list[Table[Metric]] = [PooledQuality(qualities=judged, **knobs)]
        tables.append(Comparison(qualities=judged, baselines=self.baselines, **knobs))
        if self.tune:
            judged = [quality for quality in qualities if quality.source in {MAXWELL, TUNED}]
            tables.append(Comparison(qualities=judged, baselines=(MAXWELL,), **knobs))
        return tables

    @property
    def foresight(self) -> Foresight:
        """How interests are foreseen."""
        return Foresight(self.interest, self.hold_out, self.horizon_hours, self.share, self.relevant)

    def questions(self) -> Iterator[Question]:
        """Part what was known from what is to be foreseen."""
        log = self.log()
        if self.hold_out == "users":
            if self.tune:
                raise ValueError("hold_out users has no later traces to tune on; set tune = false")
            common: dict[str, Any] = {
                "events": SharedItems(events=log.events),
                "item_tags": CommonTags(item_tags=log.item_tags),
            }
            yield from self.people(replace(log, **common))
        else:
            yield self.foresight.cut_off(Knowledge(self, log, self.as_of))

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
