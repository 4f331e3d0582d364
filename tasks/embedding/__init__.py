"""Words, items and users as vectors."""

from slipstream.tasks.embedding.als import Factors
from slipstream.tasks.embedding.tasks import (
    AlsFactors,
    AlsItemEmbedding,
    AlsUserEmbedding,
    FilledItemEmbedding,
    IalsFactors,
    JoinedItemEmbedding,
    LsiItemEmbedding,
    PooledUserEmbedding,
    SequenceItemEmbedding,
    TagItemEmbedding,
    TextItemEmbedding,
    WordVectors,
)

__all__ = [
    "AlsFactors",
    "AlsItemEmbedding",
    "AlsUserEmbedding",
    "Factors",
    "FilledItemEmbedding",
    "IalsFactors",
    "JoinedItemEmbedding",
    "LsiItemEmbedding",
    "PooledUserEmbedding",
    "SequenceItemEmbedding",
    "TagItemEmbedding",
    "TextItemEmbedding",
    "WordVectors",
]
