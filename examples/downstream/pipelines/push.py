"""Who will open a push, told with and without what slipstream knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

import gokart
import luigi
from pandera.typing import DataFrame
from tasks.push import (
    HeadlineEmbedding,
    HistoryFeatures,
    PushFeatures,
    PushFile,
    PushModel,
    PushQuality,
    PushScores,
    TagMatch,
    VectorMatch,
)

from slipstream.pipelines import Recommend
from slipstream.tasks.base import Pipeline, Table
from slipstream.tasks.data import Before, Between, Joined
from slipstream.tasks.embedding import FilledItemEmbedding, LsiItemEmbedding, PooledUserEmbedding
from slipstream.tasks.tables import Metric
from slipstream.tasks.tagging import ItemTagScores, UserTagScores
from tasks.tables import Push as PushRow
from tasks.tables import PushFeature

Features = Table[PushFeature]
VARIANTS: Mapping[str, tuple[str, ...]] = {
    "own": ("history",),
    "own + tags": ("history", "tags"),
    "own + vectors": ("history", "vectors"),
    "own + tags + vectors": ("history", "tags", "vectors"),
}
BEST = "own + tags + vectors"


@dataclass(frozen=True)
class Night:
    """One nightly run of Recommend, and the pushes sent from then until the next one."""

    recommend: Recommend
    pushes: Table[PushRow]
    until: datetime

    @cached_property
    def features(self) -> dict[str, Features]:
        """The pushes of the window described by what was known before it."""
        as_of = self.recommend.as_of
        sent = Between(rows=self.pushes, since=as_of, until=self.until)
        return {"history": self.history(sent), "tags": self.tags(sent), "vectors": self.vectors(sent)}

    def history(self, sent: Table[PushRow]) -> Features:
        """Describe them by what we know ourselves."""
        log, as_of = self.recommend.log(), self.recommend.as_of
        return HistoryFeatures(
            pushes=sent,
            earlier=Before(rows=self.pushes, as_of=as_of),
            interactions=self.recommend.interactions(log, as_of),
            items=log.items,
            item_tags=log.item_tags,
            headlines=HeadlineEmbedding(items=log.items),
        )

    def tags(self, sent: Table[PushRow]) -> Features:
        """Describe them by the tag scores of that night."""
        known = self.recommend
        return TagMatch(pushes=sent, item_tags=known.find(ItemTagScores), user_tags=known.find(UserTagScores))

    def vectors(self, sent: Table[PushRow]) -> Features:
        """Describe them by the vectors of that night: by behaviour, and by content, where readers are placed anew."""
        known = self.recommend
        behaviour, content = known.find(FilledItemEmbedding), known.find(LsiItemEmbedding)
        interactions = known.interactions(known.log(), known.as_of)
        readers = [known.find(PooledUserEmbedding), PooledUserEmbedding(items=content, interactions=interactions)]
        return VectorMatch(pushes=sent, users=readers, items=[behaviour, content], names=("behaviour", "content"))


class Push(Pipeline[DataFrame[Metric]]):
    """From the pushes that were sent to a model of who opens them, judged on the last window, beside simpler models.

    `nights` are the moments of nightly runs of Recommend: each describes the pushes until the next one, the last
    those before `until`. The model learns from all windows but the last.
    """

    nights: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter()
    until: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    pushes: luigi.ListParameter[tuple[Any, ...]] = luigi.ListParameter()
    bad_share: luigi.FloatParameter = luigi.FloatParameter(default=0.01)
    rounds: luigi.IntParameter = luigi.IntParameter(default=120)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def requires(self) -> dict[str, Any]:
        """Describe, learn, score and judge, once for each choice of features."""
        *earlier, last = [night.features for night in self.windows()]
        models: dict[str, PushModel] = {}
        scores: dict[str, PushScores] = {}
        for name, parts in VARIANTS.items():
            lessons = [self.features(night, parts) for night in earlier]
            models[name] = PushModel(features=lessons, rounds=self.rounds, seed=self.seed)
            scores[name] = PushScores(model=models[name], features=self.features(last, parts))
        quality = PushQuality(scores=list(scores.values()), names=tuple(scores), seed=self.seed)
        return {"quality": quality, "scores": scores[BEST], "model": models[BEST]}

    def windows(self) -> list[Night]:
        """Give each nightly run the pushes until the next one."""
        moments = [*(datetime.fromisoformat(night) for night in self.nights), self.until]
        log = self.log()
        return [Night(Recommend(as_of=night), log, until) for night, until in pairwise(moments)]

    def features(self, night: Mapping[str, Features], parts: tuple[str, ...]) -> Features:
        """Put chosen features of one window side by side."""
        return PushFeatures(parts=[night[part] for part in parts])

    def log(self) -> Table[PushRow]:
        """Read the log of pushes."""
        files = [
            PushFile(
                path=file["path"],
                source={name: value for name, value in file.items() if name != "path"},
                bad_share=self.bad_share,
            )
            for file in self.pushes
        ]
        return files[0] if len(files) == 1 else Joined(tables=files)
