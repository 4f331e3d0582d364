"""Which engine makes a product: this process, or Spark."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar, cast

import luigi

from slipstream.tasks.base import Pipeline, Task
from slipstream.tasks.data import Interactions, SparkInteractions
from slipstream.tasks.embedding import AlsFactors, SparkAlsFactors
from slipstream.tasks.recommendation import EmbeddingItems, RankedItems, SparkNearestItems, SparkRankedItems

P = TypeVar("P")
T = TypeVar("T", bound=Task[Any])
SPARK = "spark"
ON_SPARK: Mapping[Any, Any] = {
    Interactions: SparkInteractions,
    AlsFactors: SparkAlsFactors,
    EmbeddingItems: SparkNearestItems,
    RankedItems: SparkRankedItems,
}


class Powered(Pipeline[P], Generic[P]):
    """A pipeline whose heavy tasks run where `engine` says: in one process (single), or on Spark.

    `spark` sets it up by Spark's own properties: {"spark.master": "spark://host:7077", "spark.executor.memory": "8g"}.
    """

    engine: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("single", SPARK), default="single")
    spark: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={}, significant=False)

    def made_by(self, task: Callable[..., T], **parameters: object) -> T:
        """Set a task up for the engine; what Spark has no task for runs in one process."""
        if self.engine == SPARK and task in ON_SPARK:
            return cast("T", ON_SPARK[task](spark=self.spark, **parameters))
        return task(**parameters)
