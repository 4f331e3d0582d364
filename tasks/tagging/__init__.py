"""Tags scored: how well they fit items (Gauss), how much people care for them (Maxwell)."""

from slipstream.tasks.tagging.tasks import (
    ItemTagScores,
    KindWorths,
    LogisticTagScores,
    NeighbourTagScores,
    TagFeatures,
    TagShares,
    UserTagScores,
)

__all__ = [
    "ItemTagScores",
    "KindWorths",
    "LogisticTagScores",
    "NeighbourTagScores",
    "TagFeatures",
    "TagShares",
    "UserTagScores",
]
