"""What a service showed: how likely each position was looked at, and how much each item is worth a click."""

from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.log import FromLog
from slipstream.tasks.recommendation import Exposures, ItemClickRates, PositionBias
from slipstream.tasks.tables import Examination


class Impressions(FromLog[DataFrame[Examination]]):
    """From what was shown and clicked to the examination of positions, and click rates without the favours of both.

    No impression counts more than `max_weight` times the usual one.
    """

    max_weight: luigi.FloatParameter = luigi.FloatParameter(default=10.0)

    def requires(self) -> dict[str, Any]:
        """Estimate the position bias and correct for it."""
        shown = self.log().impressions
        bias = PositionBias(impressions=shown, max_weight=self.max_weight)
        given: dict[str, Any] = {"impressions": shown, "examination": bias, "max_weight": self.max_weight}
        return {"examination": bias, "click_rates": ItemClickRates(**given), "exposures": Exposures(**given)}
