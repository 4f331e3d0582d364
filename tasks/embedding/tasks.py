"""Tasks that turn words, items and users into vectors."""

from pathlib import Path
from typing import Any

import gokart
import luigi
import pandas as pd

from slipstream.tasks.base import Table, Task
from slipstream.tasks.embedding.als import Factors, als_factors
from slipstream.tasks.embedding.attention import Lesson, attention_factors
from slipstream.tasks.embedding.ials import ials_factors
from slipstream.tasks.embedding.joining import fill_items, join_items
from slipstream.tasks.embedding.lsi import lsi_items, tag_items
from slipstream.tasks.embedding.on_spark import als_on_spark
from slipstream.tasks.embedding.pooling import pool_users
from slipstream.tasks.embedding.sequence import item2vec
from slipstream.tasks.embedding.words import embed_texts, word_vectors
from slipstream.tasks.spark import cluster
from slipstream.tasks.tables import Interaction, ItemTagScore, ItemText, TermWeight, empty
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding, WordEmbedding


class WordVectors(Task[WordEmbedding]):
    """Words placed by the words around them."""

    texts: gokart.TaskInstanceParameter[Table[ItemText]] = gokart.TaskInstanceParameter()
    method: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("fasttext", "word2vec"), default="fasttext")
    size: luigi.IntParameter = luigi.IntParameter(default=100)
    epochs: luigi.IntParameter = luigi.IntParameter(default=10)
    window: luigi.IntParameter = luigi.IntParameter(default=5)
    min_count: luigi.IntParameter = luigi.IntParameter(default=2)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Learn the words."""
        knobs: dict[str, Any] = {"size": self.size, "epochs": self.epochs, "window": self.window}
        texts = self.load(self.texts)
        self.dump(word_vectors(texts, method=self.method, **knobs, min_count=self.min_count, seed=self.seed))


class TextItemEmbedding(Task[ItemEmbedding]):
    """Items placed by the words of their texts."""

    words: gokart.TaskInstanceParameter[Task[WordEmbedding]] = gokart.TaskInstanceParameter()
    texts: gokart.TaskInstanceParameter[Table[ItemText]] = gokart.TaskInstanceParameter()
    smoothing: luigi.FloatParameter = luigi.FloatParameter(default=1e-3)

    def run(self) -> None:
        """Average the words."""
        self.dump(embed_texts(self.load(self.words), self.load(self.texts), smoothing=self.smoothing))


class LsiItemEmbedding(Task[ItemEmbedding]):
    """Items placed by the themes of their terms."""

    terms: gokart.TaskInstanceParameter[Table[TermWeight]] = gokart.TaskInstanceParameter()
    size: luigi.IntParameter = luigi.IntParameter(default=100)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Find the themes."""
        self.dump(lsi_items(self.load(self.terms), size=self.size, seed=self.seed))


class TagItemEmbedding(Task[ItemEmbedding]):
    """Items placed by the themes of their tags."""

    tags: gokart.TaskInstanceParameter[Table[ItemTagScore]] = gokart.TaskInstanceParameter()
    size: luigi.IntParameter = luigi.IntParameter(default=64)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Find the themes."""
        self.dump(tag_items(self.load(self.tags), size=self.size, seed=self.seed))


class SequenceItemEmbedding(Task[ItemEmbedding]):
    """Items placed by what people touch around them."""

    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    before: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter(default=[])
    size: luigi.IntParameter = luigi.IntParameter(default=64)
    epochs: luigi.IntParameter = luigi.IntParameter(default=10)
    window: luigi.IntParameter = luigi.IntParameter(default=20)
    min_count: luigi.IntParameter = luigi.IntParameter(default=1)
    sample: luigi.FloatParameter = luigi.FloatParameter(default=1e-4)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Learn the items."""
        knobs: dict[str, Any] = {"size": self.size, "epochs": self.epochs, "window": self.window}
        knobs |= {"min_count": self.min_count, "sample": self.sample, "seed": self.seed}
        self.dump(item2vec(self.load(self.interactions), self.load(list(self.before)), **knobs))


class AlsFactors(Task[Factors]):
    """Users and items factorised together."""

    memory_knob = "size in knobs"
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    before: gokart.ListTaskInstanceParameter[Task[Factors]] = gokart.ListTaskInstanceParameter(default=[])
    size: luigi.IntParameter = luigi.IntParameter(default=64)
    epochs: luigi.IntParameter = luigi.IntParameter(default=15)
    regularisation: luigi.FloatParameter = luigi.FloatParameter(default=3.0)
    alpha: luigi.FloatParameter = luigi.FloatParameter(default=3.0)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Factorise."""
        knobs: dict[str, Any] = {"size": self.size, "epochs": self.epochs, "regularisation": self.regularisation}
        traces, before = self.load(self.interactions), self.load(list(self.before))
        self.dump(als_factors(traces, before, **knobs, alpha=self.alpha, seed=self.seed))


class SparkAlsFactors(AlsFactors):
    """Users and items factorised together by Spark."""

    spark: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={}, significant=False)

    def run(self) -> None:
        """Factorise."""
        knobs: dict[str, Any] = {"size": self.size, "epochs": self.epochs, "regularisation": self.regularisation}
        interactions, before = Path(self.interactions.output().path()), self.load(list(self.before))
        with cluster(self.spark, self.root) as spark:
            self.dump(als_on_spark(spark, interactions, before, **knobs, alpha=self.alpha, seed=self.seed))


class IalsFactors(Task[Factors]):
    """Users and items factorised together, frequent ones held back more; tags may tell more of the items."""

    memory_knob = "size in knobs"
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    item_tags: gokart.ListTaskInstanceParameter[Table[ItemTagScore]] = gokart.ListTaskInstanceParameter(default=[])
    tag_weight: luigi.FloatParameter = luigi.FloatParameter(default=0.3)
    size: luigi.IntParameter = luigi.IntParameter(default=64)
    epochs: luigi.IntParameter = luigi.IntParameter(default=10)
    regularisation: luigi.FloatParameter = luigi.FloatParameter(default=0.3)
    unobserved: luigi.FloatParameter = luigi.FloatParameter(default=0.1)
    exponent: luigi.FloatParameter = luigi.FloatParameter(default=0.5)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Factorise."""
        knobs: dict[str, Any] = {"size": self.size, "epochs": self.epochs, "regularisation": self.regularisation}
        knobs |= {"unobserved": self.unobserved, "exponent": self.exponent, "tag_weight": self.tag_weight}
        tags = pd.concat([empty(ItemTagScore), *self.load(list(self.item_tags))])
        self.dump(ials_factors(self.load(self.interactions), tags, **knobs, seed=self.seed))


class AttentionFactors(Task[Factors]):
    """Users and items placed by self-attention over what follows what; needs PyTorch."""

    memory_knob = "size in knobs"
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    size: luigi.IntParameter = luigi.IntParameter(default=64)
    layers: luigi.IntParameter = luigi.IntParameter(default=2)
    epochs: luigi.IntParameter = luigi.IntParameter(default=10)
    length: luigi.IntParameter = luigi.IntParameter(default=50)
    learning_rate: luigi.FloatParameter = luigi.FloatParameter(default=3e-3)
    negatives: luigi.IntParameter = luigi.IntParameter(default=0)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Learn."""
        knobs: dict[str, Any] = {"size": self.size, "layers": self.layers, "epochs": self.epochs}
        lesson = Lesson(**knobs, learning_rate=self.learning_rate, negatives=self.negatives, seed=self.seed)
        self.dump(attention_factors(self.load(self.interactions), length=self.length, lesson=lesson))


class AlsItemEmbedding(Task[ItemEmbedding]):
    """The items of a factorisation."""

    factors: gokart.TaskInstanceParameter[Task[Factors]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Take the items."""
        self.dump(self.load(self.factors).items)


class AlsUserEmbedding(Task[UserEmbedding]):
    """The users of a factorisation."""

    factors: gokart.TaskInstanceParameter[Task[Factors]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Take the users."""
        self.dump(self.load(self.factors).users)


class PooledUserEmbedding(Task[UserEmbedding]):
    """Users placed among the items they touched."""

    items: gokart.TaskInstanceParameter[Task[ItemEmbedding]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    half_life_days: luigi.FloatParameter = luigi.FloatParameter(default=0.0)

    def run(self) -> None:
        """Pool the users."""
        self.dump(pool_users(self.load(self.items), self.load(self.interactions), half_life_days=self.half_life_days))


class JoinedItemEmbedding(Task[ItemEmbedding]):
    """Several embeddings of items side by side."""

    parts: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter()
    weights: luigi.ListParameter[tuple[float, ...]] = luigi.ListParameter(default=())
    ridge: luigi.FloatParameter = luigi.FloatParameter(default=1.0)

    def run(self) -> None:
        """Join the embeddings."""
        self.dump(join_items(self.load(list(self.parts)), weights=self.weights, ridge=self.ridge))


class FilledItemEmbedding(Task[ItemEmbedding]):
    """Items placed by behaviour, and those nobody touched by their content."""

    behaviour: gokart.TaskInstanceParameter[Task[ItemEmbedding]] = gokart.TaskInstanceParameter()
    content: gokart.TaskInstanceParameter[Task[ItemEmbedding]] = gokart.TaskInstanceParameter()
    ridge: luigi.FloatParameter = luigi.FloatParameter(default=1.0)

    def run(self) -> None:
        """Fill the gaps."""
        self.dump(fill_items(self.load(self.behaviour), self.load(self.content), ridge=self.ridge))
