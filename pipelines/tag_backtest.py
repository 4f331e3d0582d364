"""How well tags would have been foreseen."""

from dataclasses import replace
from typing import Any

import gokart
import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import FromLog
from slipstream.tasks.base import Table
from slipstream.tasks.data import Between, HiddenTags, ShownTags
from slipstream.tasks.evaluation import TagQuality, TagReliability
from slipstream.tasks.linking import LinkedItemTags
from slipstream.tasks.tables import ItemTag, Metric
from slipstream.tasks.tagging import LogisticTagScores, NeighbourTagScores


class TagBacktest(FromLog[DataFrame[Metric]]):
    """Tag scores as of an earlier moment, judged by the tags people gave from then on, beside simpler ways."""

    since: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    candidates: luigi.IntParameter = luigi.IntParameter(default=400)

    def requires(self) -> dict[str, Any]:
        """Score what was known and judge it by what came."""
        log = self.log()
        known = Knowledge(self, log.before(self.since), self.since)
        later = Between(rows=log.item_tags, since=self.since, until=self.as_of)
        judged = comparison(known, LinkedItemTags(item_tags=later, vocabulary=known.vocabulary), self.candidates)
        quality = TagQuality(**judged, mentions=known.mentions, items=known.log.items, seed=self.seed)
        return {"quality": quality, "item_tags": judged["scores"][0]}


class TagHoldOut(FromLog[DataFrame[Metric]]):
    """Tag scores judged by tags hidden by chance: all those of a share of the items, or that share of all pairs."""

    by: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("items", "pairs"), default="items")
    share: luigi.FloatParameter = luigi.FloatParameter(default=0.2)
    candidates: luigi.IntParameter = luigi.IntParameter(default=400)

    def requires(self) -> dict[str, Any]:
        """Hide tags, all spellings of one together, score what is left and judge it by what is hidden."""
        log = self.log()
        linked = Knowledge(self, log, self.as_of).given_tags
        knobs: dict[str, Any] = {"by": self.by, "share": self.share, "seed": self.seed}
        shown, hidden = (part(item_tags=linked, **knobs) for part in (ShownTags, HiddenTags))
        known = Knowledge(self, replace(log, item_tags=shown), self.as_of)
        judged = comparison(known, hidden, self.candidates)
        quality = TagQuality(**judged, mentions=known.mentions, items=known.log.items, seed=self.seed)
        return {"quality": quality, "reliability": TagReliability(**judged), "item_tags": judged["scores"][0]}


def comparison(known: Knowledge, held_out: Table[ItemTag], candidates: int) -> dict[str, Any]:
    """Name the score tables to compare, what was known to them and what they are judged by."""
    places = [*known.contents, *known.behaviours]
    scores = known.scored_tags(top=candidates, threshold=0.0, candidates=candidates)
    logistic = LogisticTagScores(features=scores.features, seed=known.pipeline.seed)
    items, given = known.log.items, known.given_tags
    neighbours = NeighbourTagScores(items=items, item_tags=given, embeddings=places, top=candidates)
    named = {"gauss": scores, "logistic": logistic, "neighbours": neighbours}
    return {"scores": list(named.values()), "names": tuple(named), "held_out": held_out, "known": given}
