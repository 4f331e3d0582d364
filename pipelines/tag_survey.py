"""How well tag scores agree with people who were asked."""

from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import FromLog
from slipstream.tasks.evaluation import TagSurveyQuality
from slipstream.tasks.tables import Metric

ALL = 1_000_000


class TagSurvey(FromLog[DataFrame[Metric]]):
    """Tag scores judged by a survey: "fit" has learnt from no judgement, "judged" from those on other items."""

    candidates: luigi.IntParameter = luigi.IntParameter(default=20)
    folds: luigi.IntParameter = luigi.IntParameter(default=10)
    relevant: luigi.FloatParameter = luigi.FloatParameter(default=4.0)
    irrelevant: luigi.FloatParameter = luigi.FloatParameter(default=2.0)

    def requires(self) -> dict[str, Any]:
        """Score the judged pairs both ways and judge the scores."""
        if not self.judgements:
            raise ValueError("TagSurvey has no judgements; name their files, with item_id, tag and score, in [log]")
        known = Knowledge(self, self.log(), self.as_of)
        knobs: dict[str, Any] = {"top": ALL, "threshold": 0.0, "candidates": self.candidates, "folds": self.folds}
        scores = {target: known.scored_tags(target=target, **knobs) for target in ("fit", "judged")}
        quality = TagSurveyQuality(
            scores=list(scores.values()),
            names=tuple(scores),
            judgements=known.judgements[0],
            known=known.given_tags,
            mentions=known.mentions,
            items=known.log.items,
            relevant=self.relevant,
            irrelevant=self.irrelevant,
            seed=self.seed,
        )
        return {"quality": quality, **scores}
