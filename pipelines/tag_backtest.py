"""How well tags would have been foreseen."""

from typing import Any

import gokart
import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import FromLog
from slipstream.tasks.data import Between
from slipstream.tasks.evaluation import TagQuality
from slipstream.tasks.linking import LinkedItemTags
from slipstream.tasks.tables import Metric


class TagBacktest(FromLog[DataFrame[Metric]]):
    """Tag scores as of an earlier moment, judged by the tags people gave from then on, beside TF-IDF and popularity."""

    since: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    candidates: luigi.IntParameter = luigi.IntParameter(default=400)

    def requires(self) -> dict[str, Any]:
        """Score what was known and judge it by what came."""
        log = self.log()
        known = Knowledge(self, log.before(self.since), self.since)
        later = Between(rows=log.item_tags, since=self.since, until=self.as_of)
        scores = known.scored_tags(top=self.candidates, threshold=0.0, candidates=self.candidates)
        quality = TagQuality(
            scores=[scores],
            names=("gauss",),
            held_out=LinkedItemTags(item_tags=later, vocabulary=known.vocabulary),
            known=known.given_tags,
            mentions=known.mentions,
            items=known.log.items,
            seed=self.seed,
        )
        return {"quality": quality, "item_tags": scores}
