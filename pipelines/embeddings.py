"""Items and users as vectors."""

from typing import Any

import luigi

from slipstream.pipelines.days import Daily
from slipstream.pipelines.knowledge import Knowledge
from slipstream.tasks.embedding import (
    AlsUserEmbedding,
    JoinedItemEmbedding,
    PooledUserEmbedding,
    SequenceItemEmbedding,
    TextItemEmbedding,
    WordVectors,
)
from slipstream.tasks.text import ItemTokens
from slipstream.tasks.vectors import ItemEmbedding


class Embeddings(Daily[ItemEmbedding]):
    """From a service's files to vectors of its items and users, by text, by sequence and by who touched what."""

    size: luigi.IntParameter = luigi.IntParameter(default=64)
    epochs: luigi.IntParameter = luigi.IntParameter(default=10)

    def requires(self) -> dict[str, Any]:
        """Join the embeddings, and place users among the items they touched."""
        known = self.today()
        tokens = ItemTokens(items=known.log.items, japanese=self.japanese)
        knobs: dict[str, Any] = {"size": self.size, "epochs": self.epochs, "seed": self.seed}
        text = TextItemEmbedding(words=WordVectors(texts=tokens, **knobs), texts=tokens)
        sequence = self.sequence(known)
        joined = JoinedItemEmbedding(parts=[known.item_embedding, sequence, text, known.content])
        return {
            "items": joined,
            "users": PooledUserEmbedding(items=joined, interactions=known.interactions),
            "items_by_text": text,
            "items_by_terms": known.content,
            "items_by_sequence": sequence,
            "items_by_factors": known.item_embedding,
            "users_by_factors": AlsUserEmbedding(factors=known.factors),
        }

    def sequence(self, known: Knowledge) -> SequenceItemEmbedding:
        """Place items by what is touched around them, going on from the day before if that is known."""
        knobs: dict[str, Any] = {"interactions": known.interactions, "size": self.size, "seed": self.seed}
        if known.earlier is None:
            return SequenceItemEmbedding(epochs=self.epochs, **knobs)
        further = max(round(self.epochs / 3), 1)
        return SequenceItemEmbedding(epochs=further, before=[self.sequence(known.earlier)], **knobs)
