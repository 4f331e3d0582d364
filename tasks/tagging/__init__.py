"""Tags scored: how well they fit items (Gauss), how much people care for them (Maxwell)."""

from slipstream.tasks.tagging.tasks import ItemTagScores, KindWorths, TagFeatures, TagShares, UserTagScores

__all__ = ["ItemTagScores", "KindWorths", "TagFeatures", "TagShares", "UserTagScores"]
