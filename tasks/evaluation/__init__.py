"""Evaluation: how good lists and tags are, with intervals, in pairs and on slices."""

from slipstream.tasks.evaluation.tasks import (
    AppliedTags,
    CandidateRecall,
    CatalogueQuality,
    Comparison,
    InterestQualities,
    LaterTags,
    PooledQuality,
    RankingQuality,
    SimpleUserTags,
    SlicedQuality,
    TagQuality,
    TagReliability,
    TagSurveyQuality,
    TimeOrder,
    UserQualities,
)

__all__ = [
    "AppliedTags",
    "CandidateRecall",
    "CatalogueQuality",
    "Comparison",
    "InterestQualities",
    "LaterTags",
    "PooledQuality",
    "RankingQuality",
    "SimpleUserTags",
    "SlicedQuality",
    "TagQuality",
    "TagReliability",
    "TagSurveyQuality",
    "TimeOrder",
    "UserQualities",
]
