"""Words, items and users as vectors."""

from slipstream.tasks.embedding.als import Factors
from slipstream.tasks.embedding.tasks import (
    AlsFactors,
    AlsItemEmbedding,
    AlsUserEmbedding,
    FilledItemEmbedding,
    JoinedItemEmbedding,
    LsiItemEmbedding,
    PooledUserEmbedding,
    ScaledAlsFactors,
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
    "JoinedItemEmbedding",
    "LsiItemEmbedding",
    "PooledUserEmbedding",
    "ScaledAlsFactors",
    "SequenceItemEmbedding",
    "TagItemEmbedding",
    "TextItemEmbedding",
    "WordVectors",
]
