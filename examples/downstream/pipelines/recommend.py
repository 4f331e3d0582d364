"""slipstream's recipe with one task of our own."""

from datetime import datetime
from functools import cached_property

from tasks.push import HeadlineEmbedding

from slipstream.pipelines import Recommend
from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import Log
from slipstream.tasks.base import Task
from slipstream.tasks.embedding import JoinedItemEmbedding
from slipstream.tasks.vectors import ItemEmbedding


class HeadlineKnowledge(Knowledge):
    """What is learnt from a log, articles being placed by their headlines too."""

    @cached_property
    def item_embedding(self) -> Task[ItemEmbedding]:
        """Articles as slipstream places them, and by the letters of their headlines."""
        headlines = HeadlineEmbedding(items=self.log.items, seed=self.pipeline.seed)
        return JoinedItemEmbedding(parts=[super().item_embedding, headlines])


class PushRecommend(Recommend):
    """Recommend with our item vectors; all that does not depend on them comes from the cache of Recommend."""

    def knowledge(self, log: Log, as_of: datetime) -> Knowledge:
        """Learn with our task in the place of slipstream's."""
        return HeadlineKnowledge(self, log, as_of)
