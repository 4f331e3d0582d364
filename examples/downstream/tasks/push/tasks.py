"""Tasks that tell who will open a push."""

from typing import Any

import gokart
import lightgbm
import luigi

from slipstream.tasks.base import Table, Task
from slipstream.tasks.data import FileTable, Quarantine
from slipstream.tasks.tables import Interaction, Item, ItemTag, ItemTagScore, Metric, UserTagScore
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding
from tasks.push.headlines import embed_headlines
from tasks.push.history import describe_history
from tasks.push.matching import match_tags, match_vectors
from tasks.push.model import join_features, score, train
from tasks.push.quality import judge
from tasks.tables import RESULTS, Push, PushFeature, PushScore


class PushQuarantine(Quarantine):
    """The lines of a push log that could not be read, each with its reason."""

    rows = (Push,)


class PushFile(FileTable[Push]):
    """Pushes as found in files."""

    quarantine = PushQuarantine
    kinds: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=RESULTS)


class HeadlineEmbedding(Task[ItemEmbedding]):
    """Articles placed by the letters of their headlines."""

    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    size: luigi.IntParameter = luigi.IntParameter(default=32)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Find the themes."""
        self.dump(embed_headlines(self.load(self.items), size=self.size, seed=self.seed))


class HistoryFeatures(Table[PushFeature]):
    """Pushes described by what the push team knows by itself."""

    pushes: gokart.TaskInstanceParameter[Table[Push]] = gokart.TaskInstanceParameter()
    earlier: gokart.TaskInstanceParameter[Table[Push]] = gokart.TaskInstanceParameter()
    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    headlines: gokart.TaskInstanceParameter[Task[ItemEmbedding]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Describe the pushes."""
        known: list[Any] = [self.load(task) for task in (self.interactions, self.items, self.item_tags)]
        self.dump(describe_history(self.load(self.pushes), self.load(self.earlier), *known, self.load(self.headlines)))


class TagMatch(Table[PushFeature]):
    """Pushes described by the tag scores of their article and reader."""

    pushes: gokart.TaskInstanceParameter[Table[Push]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTagScore]] = gokart.TaskInstanceParameter()
    user_tags: gokart.TaskInstanceParameter[Table[UserTagScore]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Match the tags."""
        self.dump(match_tags(self.load(self.pushes), self.load(self.item_tags), self.load(self.user_tags)))


class VectorMatch(Table[PushFeature]):
    """Pushes described by the vectors of their article and reader."""

    pushes: gokart.TaskInstanceParameter[Table[Push]] = gokart.TaskInstanceParameter()
    users: gokart.ListTaskInstanceParameter[Task[UserEmbedding]] = gokart.ListTaskInstanceParameter()
    items: gokart.ListTaskInstanceParameter[Task[ItemEmbedding]] = gokart.ListTaskInstanceParameter()
    names: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter()

    def run(self) -> None:
        """Match the vectors."""
        spaces = self.load(list(self.users)), self.load(list(self.items))
        self.dump(match_vectors(self.load(self.pushes), *spaces, names=self.names))


class PushFeatures(Table[PushFeature]):
    """All that the model sees of the pushes of one window."""

    parts: gokart.ListTaskInstanceParameter[Table[PushFeature]] = gokart.ListTaskInstanceParameter()

    def run(self) -> None:
        """Join the parts."""
        self.dump(join_features(self.load(list(self.parts))))


class PushModel(Task[lightgbm.Booster]):
    """What decides whether a push is opened, learnt from earlier windows."""

    features: gokart.ListTaskInstanceParameter[Table[PushFeature]] = gokart.ListTaskInstanceParameter()
    rounds: luigi.IntParameter = luigi.IntParameter(default=120)
    leaves: luigi.IntParameter = luigi.IntParameter(default=7)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Learn."""
        self.dump(train(self.load(list(self.features)), rounds=self.rounds, leaves=self.leaves, seed=self.seed))


class PushScores(Table[PushScore]):
    """How likely each push of a window is opened."""

    model: gokart.TaskInstanceParameter[Task[lightgbm.Booster]] = gokart.TaskInstanceParameter()
    features: gokart.TaskInstanceParameter[Table[PushFeature]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Score the pushes."""
        self.dump(score(self.load(self.model), self.load(self.features)))


class PushQuality(Table[Metric]):
    """How good several scores of the same pushes are, and how much better than those before them."""

    scores: gokart.ListTaskInstanceParameter[Table[PushScore]] = gokart.ListTaskInstanceParameter()
    names: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter()
    resamples: luigi.IntParameter = luigi.IntParameter(default=1000)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Judge the scores, named in their order."""
        scores = dict(zip(self.names, self.load(list(self.scores)), strict=True))
        self.dump(judge(scores, resamples=self.resamples, seed=self.seed))
