"""Evaluation: how good lists and tags are, with intervals, in pairs and on slices."""

from slipstream.tasks.evaluation.tasks import (
    CandidateRecall,
    CatalogueQuality,
    Comparison,
    PooledQuality,
    RankingQuality,
    TagQuality,
    TimeOrder,
    UserQualities,
)

__all__ = [
    "CandidateRecall",
    "CatalogueQuality",
    "Comparison",
    "PooledQuality",
    "RankingQuality",
    "TagQuality",
    "TimeOrder",
    "UserQualities",
]
