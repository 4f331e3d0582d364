"""A log made ready and nothing behind it, so that sizes can be measured that one machine would not rank."""

from typing import Any

from pandera.typing import DataFrame

from slipstream.pipelines.log import FromLog
from slipstream.tasks.tables import Interaction


class Preparation(FromLog[DataFrame[Interaction]]):
    """From a service's files to weighted traces of people: read, checked, joined, robots out, weighed and capped."""

    def requires(self) -> dict[str, Any]:
        """Weigh the traces of the log."""
        return {"interactions": self.interactions(self.log(), self.as_of)}
