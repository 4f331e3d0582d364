"""Evaluation: how good lists and tags are, with intervals, in pairs and on slices."""

from slipstream.tasks.evaluation.tasks import (
    CatalogueQuality,
    Comparison,
    PooledQuality,
    RankingQuality,
    TagQuality,
    TagReliability,
    TagSurveyQuality,
    TimeOrder,
    UserQualities,
)

__all__ = [
    "CatalogueQuality",
    "Comparison",
    "PooledQuality",
    "RankingQuality",
    "TagQuality",
    "TagReliability",
    "TagSurveyQuality",
    "TimeOrder",
    "UserQualities",
]
