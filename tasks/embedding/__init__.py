"""Words, items and users as vectors."""

from slipstream.tasks.embedding.als import Factors
from slipstream.tasks.embedding.tasks import (
    AlsFactors,
    AlsItemEmbedding,
    AlsUserEmbedding,
    AttentionFactors,
    FilledItemEmbedding,
    IalsFactors,
    JoinedItemEmbedding,
    LsiItemEmbedding,
    PooledUserEmbedding,
    SequenceItemEmbedding,
    SparkAlsFactors,
    TagItemEmbedding,
    TextItemEmbedding,
    WordVectors,
)

__all__ = [
    "AlsFactors",
    "AlsItemEmbedding",
    "AlsUserEmbedding",
    "AttentionFactors",
    "Factors",
    "FilledItemEmbedding",
    "IalsFactors",
    "JoinedItemEmbedding",
    "LsiItemEmbedding",
    "PooledUserEmbedding",
    "SequenceItemEmbedding",
    "SparkAlsFactors",
    "TagItemEmbedding",
    "TextItemEmbedding",
    "WordVectors",
]
