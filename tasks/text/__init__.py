"""Texts as tokens and weighted terms."""

from slipstream.tasks.text.tasks import ItemTokens, TfidfVectors

__all__ = ["ItemTokens", "TfidfVectors"]
