"""Tasks that propose items to people and rank them."""

from pathlib import Path
from typing import Any

import gokart
import luigi
import pandas as pd

from slipstream.tasks.base import Table, Task
from slipstream.tasks.recommendation.catalogue import catalogue, touched
from slipstream.tasks.recommendation.diversity import diversify
from slipstream.tasks.recommendation.ease import ease_neighbours
from slipstream.tasks.recommendation.evidence import Likeness
from slipstream.tasks.recommendation.examination import position_bias
from slipstream.tasks.recommendation.features import WINDOW_HOURS, ranking_features
from slipstream.tasks.recommendation.moves import find_moves
from slipstream.tasks.recommendation.nearest import embedding_items
from slipstream.tasks.recommendation.neighbours import knn_neighbours, neighbour_items, transition_items
from slipstream.tasks.recommendation.on_spark import nearest_items_on_spark, ranked_items_on_spark
from slipstream.tasks.recommendation.pins import pin
from slipstream.tasks.recommendation.pool import pool_candidates
from slipstream.tasks.recommendation.popularity import fresh_items, popular_items, trending_items
from slipstream.tasks.recommendation.propensity import click_rates, exposures
from slipstream.tasks.recommendation.ranker import GAINS, RankingModel, train_ranker
from slipstream.tasks.recommendation.reasons import explain
from slipstream.tasks.recommendation.refusals import count_rules, offered, refusals
from slipstream.tasks.recommendation.rules import parse_rules
from slipstream.tasks.recommendation.serving import ranked_items
from slipstream.tasks.recommendation.source_scores import source_scores
from slipstream.tasks.recommendation.tag_items import tag_items
from slipstream.tasks.recommendation.transitions import transition_neighbours
from slipstream.tasks.recommendation.trees import parse_trees
from slipstream.tasks.spark import cluster
from slipstream.tasks.tables import (
    Candidate,
    CatalogueItem,
    Event,
    Examination,
    Exposure,
    Impression,
    Interaction,
    Item,
    ItemClickRate,
    ItemTag,
    ItemTagScore,
    Move,
    Neighbour,
    Offer,
    RankingFeature,
    Recommendation,
    Refusal,
    RuleCount,
    User,
    UserTagScore,
    empty,
)
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding


class PopularItems(Table[Candidate]):
    """What most people like."""

    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    top: luigi.IntParameter = luigi.IntParameter(default=100)
    source: luigi.Parameter[str] = luigi.Parameter(default="popular")

    def run(self) -> None:
        """Propose popular items."""
        inputs = self.load(self.interactions), self.load(self.users), self.load(self.catalogue)
        self.dump(popular_items(*inputs, top=self.top, source=self.source))


class TrendingItems(Table[Candidate]):
    """What people turn to now."""

    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    half_life_hours: luigi.FloatParameter = luigi.FloatParameter(default=24.0)
    window_hours: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    top: luigi.IntParameter = luigi.IntParameter(default=100)
    source: luigi.Parameter[str] = luigi.Parameter(default="trending")

    def run(self) -> None:
        """Propose trending items."""
        inputs = self.load(self.interactions), self.load(self.users), self.load(self.catalogue)
        knobs: dict[str, Any] = {"half_life_hours": self.half_life_hours, "window_hours": self.window_hours}
        self.dump(trending_items(*inputs, as_of=self.as_of, **knobs, top=self.top, source=self.source))


class FreshItems(Table[Candidate]):
    """What is new."""

    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    top: luigi.IntParameter = luigi.IntParameter(default=100)
    source: luigi.Parameter[str] = luigi.Parameter(default="fresh")

    def run(self) -> None:
        """Propose fresh items."""
        world = self.load(self.items), self.load(self.interactions), self.load(self.users), self.load(self.catalogue)
        self.dump(fresh_items(*world, as_of=self.as_of, top=self.top, source=self.source))


class EaseNeighbours(Table[Neighbour]):
    """Which items predict which, by EASE; tags may tell more of the items."""

    memory_knob = "max_items in knobs"
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    item_tags: gokart.ListTaskInstanceParameter[Table[ItemTagScore]] = gokart.ListTaskInstanceParameter(default=[])
    tag_weight: luigi.FloatParameter = luigi.FloatParameter(default=1.0)
    regularisation: luigi.FloatParameter = luigi.FloatParameter(default=300.0)
    dropout: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    max_items: luigi.IntParameter = luigi.IntParameter(default=10_000)
    top: luigi.IntParameter = luigi.IntParameter(default=200)

    def run(self) -> None:
        """Learn the neighbours."""
        knobs: dict[str, Any] = {"regularisation": self.regularisation, "dropout": self.dropout}
        knobs |= {"tag_weight": self.tag_weight, "max_items": self.max_items, "top": self.top}
        tags = pd.concat([empty(ItemTagScore), *self.load(list(self.item_tags))])
        self.dump(ease_neighbours(self.load(self.interactions), tags, **knobs))


class KnnNeighbours(Table[Neighbour]):
    """Which items the same people like."""

    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    method: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("cosine", "tfidf", "bm25"), default="tfidf")
    top: luigi.IntParameter = luigi.IntParameter(default=100)

    def run(self) -> None:
        """Find the neighbours."""
        self.dump(knn_neighbours(self.load(self.interactions), method=self.method, top=self.top))


class TransitionNeighbours(Table[Neighbour]):
    """What people touch next."""

    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    window: luigi.IntParameter = luigi.IntParameter(default=20)
    decay: luigi.FloatParameter = luigi.FloatParameter(default=0.9)
    power: luigi.FloatParameter = luigi.FloatParameter(default=0.3)
    half_life_hours: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    top: luigi.IntParameter = luigi.IntParameter(default=100)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Count the transitions."""
        knobs: dict[str, Any] = {"window": self.window, "decay": self.decay, "power": self.power}
        knobs |= {"half_life_hours": self.half_life_hours, "top": self.top, "seed": self.seed}
        self.dump(transition_neighbours(self.load(self.interactions), **knobs))


class NeighbourItems(Table[Candidate]):
    """The neighbours of all that somebody touched."""

    neighbours: gokart.TaskInstanceParameter[Table[Neighbour]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    top: luigi.IntParameter = luigi.IntParameter(default=100)
    source: luigi.Parameter[str] = luigi.Parameter(default="neighbours")

    def run(self) -> None:
        """Propose the neighbours."""
        inputs = self.load(self.interactions), self.load(self.users), self.load(self.catalogue)
        self.dump(neighbour_items(self.load(self.neighbours), *inputs, top=self.top, source=self.source))


class TransitionItems(Table[Candidate]):
    """The neighbours of what somebody touched last."""

    neighbours: gokart.TaskInstanceParameter[Table[Neighbour]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    recent: luigi.IntParameter = luigi.IntParameter(default=20)
    decay: luigi.FloatParameter = luigi.FloatParameter(default=0.9)
    top: luigi.IntParameter = luigi.IntParameter(default=100)
    source: luigi.Parameter[str] = luigi.Parameter(default="transitions")

    def run(self) -> None:
        """Propose what is touched next."""
        inputs = self.load(self.interactions), self.load(self.users), self.load(self.catalogue)
        knobs: dict[str, Any] = {"recent": self.recent, "decay": self.decay, "top": self.top, "source": self.source}
        self.dump(transition_items(self.load(self.neighbours), *inputs, **knobs))


class EmbeddingItems(Table[Candidate]):
    """The items that lie nearest to somebody."""

    user_embedding: gokart.TaskInstanceParameter[Task[UserEmbedding]] = gokart.TaskInstanceParameter()
    item_embedding: gokart.TaskInstanceParameter[Task[ItemEmbedding]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    cosine: luigi.BoolParameter = luigi.BoolParameter(default=False)
    top: luigi.IntParameter = luigi.IntParameter(default=100)
    source: luigi.Parameter[str] = luigi.Parameter(default="embedding")
    probes: luigi.IntParameter = luigi.IntParameter(default=0)
    threads: luigi.IntParameter = luigi.IntParameter(default=1, significant=False)
    megabytes: luigi.IntParameter = luigi.IntParameter(default=16, significant=False)

    @property
    def knobs(self) -> dict[str, Any]:
        """How it is searched."""
        names = ("cosine", "top", "source", "probes", "threads", "megabytes")
        return {name: getattr(self, name) for name in names}

    def run(self) -> None:
        """Propose the nearest items."""
        people, items = self.load(self.user_embedding), self.load(self.item_embedding)
        inputs = self.load(self.interactions), self.load(self.users), self.load(self.catalogue)
        self.dump(embedding_items(people, items, *inputs, **self.knobs))


class SparkNearestItems(EmbeddingItems):
    """The items that lie nearest to somebody, found by Spark."""

    spark: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={}, significant=False)

    def run(self) -> None:
        """Propose the nearest items to parts of the users."""
        embeddings = self.load(self.user_embedding), self.load(self.item_embedding)
        files = [Path(task.output().path()) for task in (self.interactions, self.users)]
        with cluster(self.spark, self.root) as spark:
            self.dump(nearest_items_on_spark(spark, embeddings, files, self.load(self.catalogue), **self.knobs))


class TagItems(Table[Candidate]):
    """The items that carry the tags somebody is interested in."""

    user_tags: gokart.TaskInstanceParameter[Table[UserTagScore]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTagScore]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    evenness: luigi.FloatParameter = luigi.FloatParameter(default=1.0)
    popularity: luigi.FloatParameter = luigi.FloatParameter(default=0.25)
    top: luigi.IntParameter = luigi.IntParameter(default=100)
    source: luigi.Parameter[str] = luigi.Parameter(default="tags")

    def run(self) -> None:
        """Propose items by tag."""
        wanted, offered = self.load(self.user_tags), self.load(self.item_tags)
        inputs = self.load(self.interactions), self.load(self.users), self.load(self.catalogue)
        knobs: dict[str, Any] = {"evenness": self.evenness, "popularity": self.popularity}
        self.dump(tag_items(wanted, offered, *inputs, **knobs, top=self.top, source=self.source))


class CandidatePool(Table[Candidate]):
    """All proposals together."""

    memory_knob = "candidates"
    candidates: gokart.ListTaskInstanceParameter[Table[Candidate]] = gokart.ListTaskInstanceParameter()
    top: luigi.IntParameter = luigi.IntParameter(default=100)

    def run(self) -> None:
        """Pool the proposals."""
        self.dump(pool_candidates([self.load_blocks(each) for each in self.candidates], top=self.top))


class Catalogue(Table[CatalogueItem]):
    """The items that may be recommended now."""

    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    active_days: luigi.FloatParameter = luigi.FloatParameter(default=0.0)

    def run(self) -> None:
        """List the items."""
        world = self.load(self.items), self.load(self.interactions)
        self.dump(catalogue(*world, as_of=self.as_of, active_days=self.active_days))


class Refusals(Table[Refusal]):
    """What the rules of the house keep out of lists."""

    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    offers: gokart.TaskInstanceParameter[Table[Offer]] = gokart.TaskInstanceParameter()
    rules: luigi.ListParameter[tuple[Any, ...]] = luigi.ListParameter(default=())
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()

    def run(self) -> None:
        """Apply the rules to the catalogue."""
        world = self.load(self.catalogue), self.load(self.item_tags), self.load(self.offers)
        self.dump(refusals(parse_rules(self.rules), *world, as_of=self.as_of))


class OfferedItems(Table[CatalogueItem]):
    """The items of the catalogue that no rule keeps from everybody."""

    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    refusals: gokart.TaskInstanceParameter[Table[Refusal]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Leave the refused items out."""
        self.dump(offered(self.load(self.catalogue), self.load(self.refusals)))


class TouchedItems(Table[CatalogueItem]):
    """The items of the catalogue that stand in some traces."""

    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    traces: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Keep the items."""
        self.dump(touched(self.load(self.catalogue), self.load(self.traces)))


class SourceScores(Table[RankingFeature]):
    """What each source that learnt something says of every candidate."""

    memory_knob = "candidates"
    pool: gokart.TaskInstanceParameter[Table[Candidate]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    neighbours: gokart.ListTaskInstanceParameter[Table[Neighbour]] = gokart.ListTaskInstanceParameter(default=[])
    people: gokart.ListTaskInstanceParameter[Task[UserEmbedding]] = gokart.ListTaskInstanceParameter(default=[])
    items: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter(default=[])
    names: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=())
    fading: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})

    def run(self) -> None:
        """Score the candidates; `names` are those of the sources with neighbours, then of those with vectors."""
        near = self.load(list(self.neighbours))
        vectors = zip(self.load(list(self.people)), self.load(list(self.items)), strict=True)
        named = dict(zip(self.names, near, strict=False))
        spaces = dict(zip(self.names[len(near) :], vectors, strict=True))
        by_user = self.load_blocks(self.pool), self.load_blocks(self.interactions)
        self.dump(source_scores(*by_user, named, spaces, fading=self.fading))


class RankingFeatures(Table[RankingFeature]):
    """What the ranker sees of each candidate."""

    memory_knob = "candidates"
    pool: gokart.TaskInstanceParameter[Table[Candidate]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTagScore]] = gokart.TaskInstanceParameter()
    user_tags: gokart.TaskInstanceParameter[Table[UserTagScore]] = gokart.TaskInstanceParameter()
    embeddings: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter(default=[])
    scores: gokart.TaskInstanceParameter[Table[RankingFeature]] = gokart.TaskInstanceParameter()
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    window_hours: luigi.ListParameter[tuple[float, ...]] = luigi.ListParameter(default=WINDOW_HOURS)

    def run(self) -> None:
        """Describe the candidates."""
        traces = self.load_blocks(self.pool), self.load(self.interactions), self.load(self.items)
        tags, spaces = (self.load(self.item_tags), self.load(self.user_tags)), self.load(list(self.embeddings))
        knobs: dict[str, Any] = {"as_of": self.as_of, "window_hours": self.window_hours}
        self.dump(ranking_features(*traces, *tags, spaces, self.load_blocks(self.scores), **knobs))


class PositionBias(Table[Examination]):
    """How likely each position is looked at."""

    impressions: gokart.TaskInstanceParameter[Table[Impression]] = gokart.TaskInstanceParameter()
    max_weight: luigi.FloatParameter = luigi.FloatParameter(default=10.0)

    def run(self) -> None:
        """Estimate."""
        self.dump(position_bias(self.load(self.impressions), max_weight=self.max_weight))


class Exposures(Table[Exposure]):
    """What was shown to whom, and how likely it was to be shown and seen."""

    impressions: gokart.TaskInstanceParameter[Table[Impression]] = gokart.TaskInstanceParameter()
    examination: gokart.TaskInstanceParameter[Table[Examination]] = gokart.TaskInstanceParameter()
    max_weight: luigi.FloatParameter = luigi.FloatParameter(default=10.0)

    def run(self) -> None:
        """Put the propensities together."""
        self.dump(exposures(self.load(self.impressions), self.load(self.examination), max_weight=self.max_weight))


class ItemClickRates(Table[ItemClickRate]):
    """How often each item is clicked, as it is and without the favours of policies and positions."""

    impressions: gokart.TaskInstanceParameter[Table[Impression]] = gokart.TaskInstanceParameter()
    examination: gokart.TaskInstanceParameter[Table[Examination]] = gokart.TaskInstanceParameter()
    max_weight: luigi.FloatParameter = luigi.FloatParameter(default=10.0)

    def run(self) -> None:
        """Count."""
        self.dump(click_rates(self.load(self.impressions), self.load(self.examination), max_weight=self.max_weight))


class Ranker(Task[RankingModel]):
    """What orders candidates: a LightGBM model, or the incumbent it could not beat."""

    memory_knob = "candidates, training_users or windows"
    features: gokart.ListTaskInstanceParameter[Table[RankingFeature]] = gokart.ListTaskInstanceParameter()
    labels: gokart.ListTaskInstanceParameter[Table[Interaction]] = gokart.ListTaskInstanceParameter()
    gains: luigi.DictParameter[dict[str, float]] = luigi.DictParameter(default=GAINS)
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))
    trees: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})
    incumbent: luigi.Parameter[str] = luigi.Parameter(default="")
    exposures: gokart.ListTaskInstanceParameter[Table[Exposure]] = gokart.ListTaskInstanceParameter(default=[])
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Learn and judge."""
        windows = self.load(list(self.features)), self.load(list(self.labels))
        knobs: dict[str, Any] = {name: getattr(self, name) for name in ("gains", "relevant", "incumbent", "seed")}
        knobs |= {"exposures": self.load(list(self.exposures)), "trees": parse_trees(self.trees)}
        self.dump(train_ranker(*windows, **knobs))


class RankedItems(Table[Candidate]):
    """Each user's list, best first, with the source that placed each item."""

    memory_knob = "candidates"
    ranker: gokart.TaskInstanceParameter[Task[RankingModel]] = gokart.TaskInstanceParameter()
    features: gokart.TaskInstanceParameter[Table[RankingFeature]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    fallbacks: gokart.ListTaskInstanceParameter[Table[Candidate]] = gokart.ListTaskInstanceParameter(default=[])
    refusals: gokart.ListTaskInstanceParameter[Table[Refusal]] = gokart.ListTaskInstanceParameter(default=[])
    top: luigi.IntParameter = luigi.IntParameter(default=20)

    def run(self) -> None:
        """Line the items up."""
        ranked = self.load(self.ranker), self.load_blocks(self.features)
        people, refused = (self.load_blocks(self.interactions), self.load(self.users)), self.load(list(self.refusals))
        fallbacks = [self.load_blocks(each) for each in self.fallbacks]
        self.dump(ranked_items(*ranked, *people, fallbacks, refused, top=self.top))


class SparkRankedItems(RankedItems):
    """Each user's list, best first, scored by Spark."""

    spark: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={}, significant=False)

    def run(self) -> None:
        """Line the items of parts of the users up."""
        model, refused = self.load(self.ranker), self.load(list(self.refusals))
        tables: list[Table[Any]] = [self.features, self.interactions, self.users, *self.fallbacks]
        files = [Path(task.output().path()) for task in tables]
        with cluster(self.spark, self.root) as spark:
            self.dump(ranked_items_on_spark(spark, model, files, refused, top=self.top))


class DiverseItems(Table[Candidate]):
    """Lists chosen from longer ones so that their items differ."""

    ranked: gokart.TaskInstanceParameter[Table[Candidate]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTagScore]] = gokart.TaskInstanceParameter()
    embedding: gokart.TaskInstanceParameter[Task[ItemEmbedding]] = gokart.TaskInstanceParameter()
    diversity: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    quotas: luigi.DictParameter[dict[str, int]] = luigi.DictParameter(default={})
    top: luigi.IntParameter = luigi.IntParameter(default=20)

    def run(self) -> None:
        """Choose the lists anew."""
        world = self.load(self.ranked), self.load(self.item_tags), self.load(self.embedding)
        self.dump(diversify(*world, diversity=self.diversity, quotas=self.quotas, top=self.top))


class Moves(Table[Move]):
    """What diversity moved in the lists, and why."""

    before: gokart.TaskInstanceParameter[Table[Candidate]] = gokart.TaskInstanceParameter()
    after: gokart.TaskInstanceParameter[Table[Candidate]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTagScore]] = gokart.TaskInstanceParameter()
    embedding: gokart.TaskInstanceParameter[Task[ItemEmbedding]] = gokart.TaskInstanceParameter()
    quotas: luigi.DictParameter[dict[str, int]] = luigi.DictParameter(default={})
    top: luigi.IntParameter = luigi.IntParameter(default=20)

    def run(self) -> None:
        """Compare the lists with those they were chosen from."""
        lists = self.load(self.before), self.load(self.after)
        known = self.load(self.item_tags), self.load(self.embedding)
        self.dump(find_moves(*lists, *known, quotas=self.quotas, top=self.top))


class PinnedItems(Table[Candidate]):
    """Lists with pinned items at their places."""

    ranked: gokart.TaskInstanceParameter[Table[Candidate]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    refusals: gokart.ListTaskInstanceParameter[Table[Refusal]] = gokart.ListTaskInstanceParameter(default=[])
    rules: luigi.ListParameter[tuple[Any, ...]] = luigi.ListParameter(default=())
    top: luigi.IntParameter = luigi.IntParameter(default=20)

    def run(self) -> None:
        """Pin the items."""
        world = self.load(self.ranked), self.load(self.users), self.load(self.catalogue), self.load(self.interactions)
        self.dump(pin(*world, self.load(list(self.refusals)), rules=parse_rules(self.rules), top=self.top))


class RuleCounts(Table[RuleCount]):
    """What each rule of the house did to the lists."""

    catalogue: gokart.TaskInstanceParameter[Table[CatalogueItem]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    refusals: gokart.TaskInstanceParameter[Table[Refusal]] = gokart.TaskInstanceParameter()
    before: gokart.TaskInstanceParameter[Table[Candidate]] = gokart.TaskInstanceParameter()
    after: gokart.TaskInstanceParameter[Table[Candidate]] = gokart.TaskInstanceParameter()
    rules: luigi.ListParameter[tuple[Any, ...]] = luigi.ListParameter(default=())

    def run(self) -> None:
        """Count."""
        world = self.load(self.catalogue), self.load(self.item_tags), self.load(self.refusals)
        self.dump(count_rules(parse_rules(self.rules), *world, self.load(self.before), self.load(self.after)))


class Recommendations(Table[Recommendation]):
    """What each user gets, with a reason in words."""

    memory_knob = "candidates"
    ranked: gokart.TaskInstanceParameter[Table[Candidate]] = gokart.TaskInstanceParameter()
    ranker: gokart.TaskInstanceParameter[Task[RankingModel]] = gokart.TaskInstanceParameter()
    features: gokart.TaskInstanceParameter[Table[RankingFeature]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTagScore]] = gokart.TaskInstanceParameter()
    user_tags: gokart.TaskInstanceParameter[Table[UserTagScore]] = gokart.TaskInstanceParameter()
    neighbours: gokart.ListTaskInstanceParameter[Table[Neighbour]] = gokart.ListTaskInstanceParameter(default=[])
    embeddings: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter(default=[])
    language: luigi.Parameter[str] = luigi.Parameter(default="en")
    kinds: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})

    def run(self) -> None:
        """Say why."""
        alike = self.load(list(self.neighbours)), self.load(list(self.embeddings))
        likeness = Likeness(self.load(self.items), self.load(self.item_tags), *alike)
        ranked = self.load(self.ranked), self.load(self.ranker), self.load_blocks(self.features)
        known = self.load_blocks(self.interactions), self.load_blocks(self.user_tags)
        self.dump(explain(*ranked, *known, likeness, language=self.language, kinds=self.kinds))
