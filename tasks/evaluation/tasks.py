"""How good lists of recommendations are."""

from typing import Any

import gokart
import luigi
import pandas as pd

from slipstream.tasks.base import Table, Task
from slipstream.tasks.evaluation.candidates import judge_candidates
from slipstream.tasks.evaluation.catalogue import judge_catalogue
from slipstream.tasks.evaluation.comparison import compare, measure_ranking, name_slice, pool_users
from slipstream.tasks.evaluation.interest import judge_interest
from slipstream.tasks.evaluation.interest_baselines import METHODS, score_simply
from slipstream.tasks.evaluation.leakage import check_order
from slipstream.tasks.evaluation.reliability import tag_reliability
from slipstream.tasks.evaluation.tag_quality import compare_tag_scores
from slipstream.tasks.evaluation.tag_survey import compare_in_survey
from slipstream.tasks.evaluation.trial import Trial
from slipstream.tasks.evaluation.users import judge_users
from slipstream.tasks.evaluation.wanted_tags import count_later_tags, list_applied_tags
from slipstream.tasks.tables import (
    Candidate,
    CatalogueItem,
    Interaction,
    Item,
    ItemTag,
    ItemTagScore,
    Metric,
    Recommendation,
    Reliability,
    TagJudgement,
    TagMention,
    UserQuality,
    UserTag,
    UserTagScore,
)

Listed = Table[Recommendation] | Table[Candidate]


class RankingQuality(Table[Metric]):
    """How good one list is: means over users with intervals, and what it shows of the catalogue."""

    recommendations: gokart.TaskInstanceParameter[Listed] = gokart.TaskInstanceParameter()
    truth: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    seen: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    source: luigi.Parameter[str] = luigi.Parameter()
    ks: luigi.ListParameter[tuple[int, ...]] = luigi.ListParameter(default=(5, 10, 20))
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))
    cold_below: luigi.IntParameter = luigi.IntParameter(default=5)
    resamples: luigi.IntParameter = luigi.IntParameter(default=1000)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Judge the list."""
        history, catalogue = self.load(self.seen), self.load(self.catalogue)
        trial = Trial(self.load(self.recommendations), self.load(self.truth), history, catalogue)
        judging: dict[str, Any] = {"ks": self.ks, "relevant": self.relevant, "cold_below": self.cold_below}
        self.dump(measure_ranking(trial, source=self.source, resamples=self.resamples, seed=self.seed, **judging))


class UserQualities(Table[UserQuality]):
    """How well one list serves each judged user of one cut in time."""

    recommendations: gokart.TaskInstanceParameter[Listed] = gokart.TaskInstanceParameter()
    truth: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    seen: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    source: luigi.Parameter[str] = luigi.Parameter()
    cut: luigi.Parameter[str] = luigi.Parameter(default="")
    ks: luigi.ListParameter[tuple[int, ...]] = luigi.ListParameter(default=(5, 10, 20))
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))
    cold_below: luigi.IntParameter = luigi.IntParameter(default=5)

    def run(self) -> None:
        """Judge each user's list."""
        history, catalogue = self.load(self.seen), self.load(self.catalogue)
        trial = Trial(self.load(self.recommendations), self.load(self.truth), history, catalogue)
        judging: dict[str, Any] = {"ks": self.ks, "relevant": self.relevant, "cold_below": self.cold_below}
        self.dump(judge_users(trial, source=self.source, cut=self.cut, **judging))


class CatalogueQuality(Table[Metric]):
    """How much of the catalogue one list shows, and how much of the truth it could have shown."""

    recommendations: gokart.TaskInstanceParameter[Listed] = gokart.TaskInstanceParameter()
    truth: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    seen: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    source: luigi.Parameter[str] = luigi.Parameter()
    ks: luigi.ListParameter[tuple[int, ...]] = luigi.ListParameter(default=(5, 10, 20))
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))

    def run(self) -> None:
        """Judge the lists as a whole."""
        history, catalogue = self.load(self.seen), self.load(self.catalogue)
        trial = Trial(self.load(self.recommendations), self.load(self.truth), history, catalogue)
        self.dump(judge_catalogue(trial, source=self.source, ks=self.ks, relevant=self.relevant))


class CandidateRecall(Table[Metric]):
    """How much of the truth each source proposes to the ranker."""

    pool: gokart.TaskInstanceParameter[Table[Candidate]] = gokart.TaskInstanceParameter()
    truth: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    seen: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))

    def run(self) -> None:
        """Judge the candidates."""
        pool, truth = self.load(self.pool), self.load(self.truth)
        trial = Trial(pool, truth, self.load(self.seen), self.load(self.catalogue))
        self.dump(judge_candidates(trial, relevant=self.relevant))


class PooledQuality(Table[Metric]):
    """The means of several lists over the users of all their cuts."""

    qualities: gokart.ListTaskInstanceParameter[Table[UserQuality]] = gokart.ListTaskInstanceParameter()
    resamples: luigi.IntParameter = luigi.IntParameter(default=1000)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Pool the users."""
        self.dump(pool_users(self.load(list(self.qualities)), resamples=self.resamples, seed=self.seed))


class Comparison(Table[Metric]):
    """How much better each list is than the baselines, for the same users of the same cuts."""

    qualities: gokart.ListTaskInstanceParameter[Table[UserQuality]] = gokart.ListTaskInstanceParameter()
    baselines: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter()
    resamples: luigi.IntParameter = luigi.IntParameter(default=1000)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Compare user by user."""
        qualities = self.load(list(self.qualities))
        self.dump(compare(qualities, baselines=self.baselines, resamples=self.resamples, seed=self.seed))


class SlicedQuality(Table[Metric]):
    """Means over everybody, under the name of the slice they stand for."""

    quality: gokart.TaskInstanceParameter[Table[Metric]] = gokart.TaskInstanceParameter()
    slice: luigi.Parameter[str] = luigi.Parameter()

    def run(self) -> None:
        """Name the slice."""
        self.dump(name_slice(self.load(self.quality), slice_=self.slice))


class LaterTags(Table[UserTag]):
    """The tags of what people of a history turned to later."""

    truth: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    seen: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))

    def run(self) -> None:
        """Count the tags."""
        tables = self.load(self.truth), self.load(self.seen), self.load(self.item_tags)
        self.dump(count_later_tags(*tables, relevant=self.relevant))


class AppliedTags(Table[UserTag]):
    """The tags that some people of a history gave to items themselves."""

    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    seen: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    min_tags: luigi.IntParameter = luigi.IntParameter(default=5)

    def run(self) -> None:
        """List the tags."""
        tables = self.load(self.item_tags), self.load(self.seen)
        self.dump(list_applied_tags(*tables, min_tags=self.min_tags))


class SimpleUserTags(Table[UserTagScore]):
    """The tags people may turn to, foreseen in a simple way to compare with."""

    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    method: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=METHODS)
    top: luigi.IntParameter = luigi.IntParameter(default=20)

    def run(self) -> None:
        """Score the tags."""
        tables = self.load(self.interactions), self.load(self.item_tags)
        self.dump(score_simply(*tables, method=self.method, top=self.top))


class InterestQualities(Table[UserQuality]):
    """How well scored tags foresee what each judged person of one cut turns to."""

    scores: gokart.TaskInstanceParameter[Table[UserTagScore]] = gokart.TaskInstanceParameter()
    wanted: gokart.TaskInstanceParameter[Table[UserTag]] = gokart.TaskInstanceParameter()
    source: luigi.Parameter[str] = luigi.Parameter()
    cut: luigi.Parameter[str] = luigi.Parameter(default="")
    ks: luigi.ListParameter[tuple[int, ...]] = luigi.ListParameter(default=(10,))

    def run(self) -> None:
        """Judge the scores."""
        tables = self.load(self.scores), self.load(self.wanted)
        self.dump(judge_interest(*tables, source=self.source, cut=self.cut, ks=self.ks))


class TimeOrder(Task[dict[str, int]]):
    """The numbers of traces before and after a cut, given that none stands on the wrong side."""

    history: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    truth: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()

    def run(self) -> None:
        """Check the order."""
        self.dump(check_order(self.load(self.history), self.load(self.truth), as_of=pd.Timestamp(self.as_of)))


class TagReliability(Table[Reliability]):
    """Whether scores of items whose tags are hidden are right as often as they say."""

    scores: gokart.ListTaskInstanceParameter[Table[ItemTagScore]] = gokart.ListTaskInstanceParameter()
    held_out: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    known: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    names: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter()
    bins: luigi.IntParameter = luigi.IntParameter(default=10)
    least: luigi.FloatParameter = luigi.FloatParameter(default=0.1)

    def run(self) -> None:
        """Judge the scores, named in their order."""
        scores = dict(zip(self.names, self.load(list(self.scores)), strict=True))
        tables: list[Any] = [self.load(self.held_out), self.load(self.known)]
        self.dump(tag_reliability(scores, *tables, bins=self.bins, least=self.least))


class TagSurveyQuality(Table[Metric]):
    """How well scored tags agree with what people said when asked, beside counts and TF-IDF."""

    scores: gokart.ListTaskInstanceParameter[Table[ItemTagScore]] = gokart.ListTaskInstanceParameter()
    judgements: gokart.TaskInstanceParameter[Table[TagJudgement]] = gokart.TaskInstanceParameter()
    known: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    mentions: gokart.TaskInstanceParameter[Table[TagMention]] = gokart.TaskInstanceParameter()
    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    names: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter()
    relevant: luigi.FloatParameter = luigi.FloatParameter(default=4.0)
    irrelevant: luigi.FloatParameter = luigi.FloatParameter(default=2.0)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Judge the scores, named in their order."""
        scores = dict(zip(self.names, self.load(list(self.scores)), strict=True))
        tables: list[Any] = [self.load(task) for task in (self.judgements, self.known, self.mentions, self.items)]
        knobs: dict[str, Any] = {name: getattr(self, name) for name in ("relevant", "irrelevant", "seed")}
        self.dump(compare_in_survey(scores, *tables, **knobs))


class TagQuality(Table[Metric]):
    """How well scored tags foresee the tags people gave later, beside TF-IDF and the most common tags."""

    scores: gokart.ListTaskInstanceParameter[Table[ItemTagScore]] = gokart.ListTaskInstanceParameter()
    held_out: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    known: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    mentions: gokart.TaskInstanceParameter[Table[TagMention]] = gokart.TaskInstanceParameter()
    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    names: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter()
    min_items: luigi.IntParameter = luigi.IntParameter(default=3)
    k: luigi.IntParameter = luigi.IntParameter(default=10)
    resamples: luigi.IntParameter = luigi.IntParameter(default=1000)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Judge the scores, named in their order."""
        scores = dict(zip(self.names, self.load(list(self.scores)), strict=True))
        tables: list[Any] = [self.load(task) for task in (self.held_out, self.known, self.mentions, self.items)]
        knobs: dict[str, Any] = {name: getattr(self, name) for name in ("min_items", "k", "resamples", "seed")}
        self.dump(compare_tag_scores(scores, *tables, **knobs))
