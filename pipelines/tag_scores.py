"""What fits each item and what interests each user."""

from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import FromLog
from slipstream.tasks.tables import ItemTagScore


class TagScores(FromLog[DataFrame[ItemTagScore]]):
    """From a service's files to (item, tag, score) and (user, tag, score)."""

    top: luigi.IntParameter = luigi.IntParameter(default=20)
    threshold: luigi.FloatParameter = luigi.FloatParameter(default=0.1)

    def requires(self) -> dict[str, Any]:
        """Score the tags of items and of users."""
        log = self.log()
        known = Knowledge(self, log, self.as_of)
        return {
            "item_tags": known.scored_tags(top=self.top, threshold=self.threshold),
            "user_tags": known.user_tags(log.answers),
            "vocabulary": known.vocabulary,
        }
