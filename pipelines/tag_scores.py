"""What fits each item and what interests each user."""

from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.interest import FORESIGHT, Foresight, contribution, reweighed
from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import FromLog
from slipstream.tasks.tables import ItemTagScore


class TagScores(FromLog[DataFrame[ItemTagScore]]):
    """From a service's files to (item, tag, score) and (user, tag, score).

    With tune_hours, weights and half-lives of kinds are chosen so that the interests of so many hours before foresee
    the tags of what people turned to then by traces of `relevant` strengths; "worths" and "contribution" report them.
    """

    top: luigi.IntParameter = luigi.IntParameter(default=20)
    threshold: luigi.FloatParameter = luigi.FloatParameter(default=0.1)
    interest: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default=FORESIGHT)
    tune_hours: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    relevant: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("strong", "medium"))

    def requires(self) -> dict[str, Any]:
        """Score the tags of items and of users."""
        known = Knowledge(self, self.log(), self.as_of)
        foresight = Foresight(self.interest, "window", self.tune_hours, 0.0, self.relevant)
        worths = [foresight.worths(known)] if self.tune_hours else []
        return {
            "item_tags": known.scored_tags(top=self.top, threshold=self.threshold),
            "user_tags": foresight.scores(known, reweighed(known, worths)),
            "vocabulary": known.vocabulary,
            "contribution": contribution(known, worths),
            **({"worths": worths[0]} if worths else {}),
        }
