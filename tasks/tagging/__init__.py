"""Tags scored: how well they fit items (Gauss), how much people care for them (Maxwell)."""

from slipstream.tasks.tagging.tasks import (
    ItemTagScores,
    LogisticTagScores,
    NeighbourTagScores,
    TagFeatures,
    UserTagScores,
)

__all__ = ["ItemTagScores", "LogisticTagScores", "NeighbourTagScores", "TagFeatures", "UserTagScores"]
