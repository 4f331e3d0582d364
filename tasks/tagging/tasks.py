"""Tasks that score the tags of items and of people."""

from typing import Any

import gokart
import luigi
import pandas as pd

from slipstream.tasks.base import Table, Task
from slipstream.tasks.kinds import parse_kinds
from slipstream.tasks.tables import (
    Answer,
    Interaction,
    Item,
    ItemTag,
    ItemTagScore,
    KindWorth,
    QueryTag,
    TagFeature,
    TagJudgement,
    TagMention,
    TermWeight,
    UserTag,
    UserTagScore,
    empty,
)
from slipstream.tasks.tagging.features import describe_pairs
from slipstream.tasks.tagging.interest import score_user_tags
from slipstream.tasks.tagging.peers import score_by_logistic_regression, score_by_neighbours
from slipstream.tasks.tagging.scores import TARGETS, score_item_tags
from slipstream.tasks.tagging.shares import share_tags
from slipstream.tasks.tagging.worth import choose_worths
from slipstream.tasks.vectors import ItemEmbedding

INTEREST_KNOBS = ("shrinkage", "lift", "naming", "sharpness", "top")


class TagFeatures(Table[TagFeature]):
    """Pairs of items and tags, described by all but the fact that the tag was given to that item."""

    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    mentions: gokart.TaskInstanceParameter[Table[TagMention]] = gokart.TaskInstanceParameter()
    terms: gokart.TaskInstanceParameter[Table[TermWeight]] = gokart.TaskInstanceParameter()
    contents: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter(default=[])
    behaviours: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter(default=[])
    judgements: gokart.ListTaskInstanceParameter[Table[TagJudgement]] = gokart.ListTaskInstanceParameter(default=[])
    candidates: luigi.IntParameter = luigi.IntParameter(default=50)
    min_items: luigi.IntParameter = luigi.IntParameter(default=3)
    folds: luigi.IntParameter = luigi.IntParameter(default=5)
    size: luigi.IntParameter = luigi.IntParameter(default=64)
    neighbours: luigi.IntParameter = luigi.IntParameter(default=30)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Describe the pairs."""
        tables: list[Any] = [self.load(task) for task in (self.items, self.item_tags, self.mentions, self.terms)]
        tables.append(next(iter(self.load(list(self.judgements))), empty(TagJudgement)))
        embeddings: list[Any] = [self.load(list(tasks)) if tasks else [] for tasks in (self.contents, self.behaviours)]
        names = ("candidates", "min_items", "folds", "size", "neighbours", "seed")
        self.dump(describe_pairs(*tables, *embeddings, **{name: getattr(self, name) for name in names}))


class ItemTagScores(Table[ItemTagScore]):
    """How well each tag fits each item, learnt from the tags people gave, or from their judgements (Gauss)."""

    features: gokart.TaskInstanceParameter[Table[TagFeature]] = gokart.TaskInstanceParameter()
    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    contents: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter(default=[])
    behaviours: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter(default=[])
    judgements: gokart.ListTaskInstanceParameter[Table[TagJudgement]] = gokart.ListTaskInstanceParameter(default=[])
    target: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=TARGETS, default="given")
    relevant: luigi.FloatParameter = luigi.FloatParameter(default=4.0)
    irrelevant: luigi.FloatParameter = luigi.FloatParameter(default=2.0)
    threshold: luigi.FloatParameter = luigi.FloatParameter(default=0.1)
    top: luigi.IntParameter = luigi.IntParameter(default=20)
    reliability: luigi.FloatParameter = luigi.FloatParameter(default=0.5)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Score the pairs."""
        tables: list[Any] = [self.load(task) for task in (self.features, self.items, self.item_tags)]
        tables.append(next(iter(self.load(list(self.judgements))), empty(TagJudgement)))
        embeddings: list[Any] = [self.load(list(tasks)) if tasks else [] for tasks in (self.contents, self.behaviours)]
        names = ("target", "relevant", "irrelevant", "threshold", "top", "reliability", "seed")
        self.dump(score_item_tags(*tables, *embeddings, **{name: getattr(self, name) for name in names}))


class TagShares(Table[ItemTagScore]):
    """What share of its tags an item owes to each, with what similar items or learnt scores lend."""

    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    embeddings: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter(default=[])
    learnt: gokart.ListTaskInstanceParameter[Table[ItemTagScore]] = gokart.ListTaskInstanceParameter(default=[])
    neighbours: luigi.IntParameter = luigi.IntParameter(default=20)
    borrowed: luigi.FloatParameter = luigi.FloatParameter(default=2.0)
    reserve: luigi.FloatParameter = luigi.FloatParameter(default=3.0)
    top: luigi.IntParameter = luigi.IntParameter(default=50)

    def run(self) -> None:
        """Share the tags."""
        embeddings: list[Any] = self.load(list(self.embeddings)) if self.embeddings else []
        knobs: dict[str, Any] = {name: getattr(self, name) for name in ("neighbours", "borrowed", "reserve", "top")}
        learnt: list[Any] = self.load(list(self.learnt)) if self.learnt else []
        self.dump(share_tags(self.load(self.item_tags), embeddings, learnt, **knobs))


class KindWorths(Table[KindWorth]):
    """What each kind of trace is worth for foreseeing people's interests."""

    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTagScore]] = gokart.TaskInstanceParameter()
    wanted: gokart.TaskInstanceParameter[Table[UserTag]] = gokart.TaskInstanceParameter()
    kinds: luigi.DictParameter = luigi.DictParameter(default={})
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    shrinkage: luigi.FloatParameter = luigi.FloatParameter(default=5.0)
    sharpness: luigi.FloatParameter = luigi.FloatParameter(default=3.0)
    users: luigi.IntParameter = luigi.IntParameter(default=1000)

    def run(self) -> None:
        """Choose the worths."""
        tables = self.load(self.interactions), self.load(self.item_tags), self.load(self.wanted)
        knobs: dict[str, Any] = {name: getattr(self, name) for name in ("as_of", "shrinkage", "sharpness", "users")}
        self.dump(choose_worths(*tables, kinds=parse_kinds(self.kinds), **knobs))


class NeighbourTagScores(Table[ItemTagScore]):
    """The tags of the nearest items, as a baseline."""

    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    embeddings: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter()
    neighbours: luigi.IntParameter = luigi.IntParameter(default=30)
    top: luigi.IntParameter = luigi.IntParameter(default=400)

    def run(self) -> None:
        """Score by neighbours."""
        tables: list[Any] = [self.load(self.items), self.load(self.item_tags), self.load(list(self.embeddings))]
        self.dump(score_by_neighbours(*tables, neighbours=self.neighbours, top=self.top))


class LogisticTagScores(Table[ItemTagScore]):
    """Tags scored by a logistic regression on the same features, as a baseline."""

    features: gokart.TaskInstanceParameter[Table[TagFeature]] = gokart.TaskInstanceParameter()
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Score the pairs."""
        self.dump(score_by_logistic_regression(self.load(self.features), seed=self.seed))


class UserTagScores(Table[UserTagScore]):
    """How much each user is interested in each tag (Maxwell)."""

    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTagScore]] = gokart.TaskInstanceParameter()
    answers: gokart.TaskInstanceParameter[Table[Answer]] = gokart.TaskInstanceParameter()
    query_tags: gokart.TaskInstanceParameter[Table[QueryTag]] = gokart.TaskInstanceParameter()
    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    kinds: luigi.DictParameter = luigi.DictParameter(default={})
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    given: gokart.ListTaskInstanceParameter[Table[ItemTag]] = gokart.ListTaskInstanceParameter(default=[])
    shrinkage: luigi.FloatParameter = luigi.FloatParameter(default=5.0)
    lift: luigi.FloatParameter = luigi.FloatParameter(default=0.1)
    naming: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    sharpness: luigi.FloatParameter = luigi.FloatParameter(default=3.0)
    top: luigi.IntParameter = luigi.IntParameter(default=20)

    def run(self) -> None:
        """Score the tags of the users."""
        tasks = (self.item_tags, self.answers, self.query_tags, self.items)
        knobs: dict[str, Any] = {name: getattr(self, name) for name in INTEREST_KNOBS}
        tables: list[Any] = [self.load_blocks(self.interactions), *(self.load(task) for task in tasks)]
        given = pd.concat([self.load(task) for task in self.given]) if self.given else None
        self.dump(score_user_tags(*tables, kinds=parse_kinds(self.kinds), as_of=self.as_of, given=given, **knobs))
