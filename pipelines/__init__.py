"""Recipes that join the rooms, imported as `slipstream.pipelines`."""

if not __name__.startswith("slipstream."):
    raise ImportError(
        f"import 'slipstream.{__name__}', not '{__name__}': two names would give every task two identities"
    )

from slipstream.pipelines.ablation import Ablation
from slipstream.pipelines.backtest import Backtest
from slipstream.pipelines.cold_start import ColdStart
from slipstream.pipelines.embeddings import Embeddings
from slipstream.pipelines.impressions import Impressions
from slipstream.pipelines.interest_backtest import InterestBacktest
from slipstream.pipelines.recommend import Recommend
from slipstream.pipelines.tag_backtest import TagBacktest, TagHoldOut
from slipstream.pipelines.tag_scores import TagScores
from slipstream.pipelines.tag_survey import TagSurvey

__all__ = [
    "Ablation",
    "Backtest",
    "ColdStart",
    "Embeddings",
    "Impressions",
    "InterestBacktest",
    "Recommend",
    "TagBacktest",
    "TagHoldOut",
    "TagScores",
    "TagSurvey",
]
