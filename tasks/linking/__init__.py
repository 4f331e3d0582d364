"""Tags found and made one (Isaacs)."""

from slipstream.tasks.linking.tasks import (
    LinkedAnswers,
    LinkedItemTags,
    LinkedJudgements,
    SearchTags,
    TagMentions,
    TagVocabulary,
)

__all__ = ["LinkedAnswers", "LinkedItemTags", "LinkedJudgements", "SearchTags", "TagMentions", "TagVocabulary"]
