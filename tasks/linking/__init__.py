"""Tags found and made one (Isaacs)."""

from slipstream.tasks.linking.tasks import LinkedAnswers, LinkedItemTags, SearchTags, TagMentions, TagVocabulary

__all__ = ["LinkedAnswers", "LinkedItemTags", "SearchTags", "TagMentions", "TagVocabulary"]
