"""Who opens a push notification."""

from tasks.push.tasks import (
    HeadlineEmbedding,
    HistoryFeatures,
    PushFeatures,
    PushFile,
    PushModel,
    PushQuality,
    PushQuarantine,
    PushScores,
    TagMatch,
    VectorMatch,
)

__all__ = [
    "HeadlineEmbedding",
    "HistoryFeatures",
    "PushFeatures",
    "PushFile",
    "PushModel",
    "PushQuality",
    "PushQuarantine",
    "PushScores",
    "TagMatch",
    "VectorMatch",
]
