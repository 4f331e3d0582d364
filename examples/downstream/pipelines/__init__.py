"""The push team's recipes; slipstream's live beside them as `slipstream.pipelines`."""

from pipelines.push import Push
from pipelines.recommend import PushRecommend

__all__ = ["Push", "PushRecommend"]
