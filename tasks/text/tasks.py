"""Tasks that turn texts into tokens and weighted terms."""

from typing import Any

import gokart
import luigi

from slipstream.tasks.base import Table
from slipstream.tasks.tables import Item, ItemText, TermWeight
from slipstream.tasks.text.tfidf import weigh_terms
from slipstream.tasks.text.tokens import tokenize_items


class ItemTokens(Table[ItemText]):
    """The words of every item, field by field."""

    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    japanese: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("ngram", "sudachi"), default="ngram")

    def run(self) -> None:
        """Tokenize the items."""
        self.dump(tokenize_items(self.load(self.items), japanese=self.japanese))


class TfidfVectors(Table[TermWeight]):
    """The terms of every item, weighted by what they say about it."""

    texts: gokart.TaskInstanceParameter[Table[ItemText]] = gokart.TaskInstanceParameter()
    min_items: luigi.IntParameter = luigi.IntParameter(default=2)
    max_share: luigi.FloatParameter = luigi.FloatParameter(default=0.5)
    title_weight: luigi.FloatParameter = luigi.FloatParameter(default=2.0)
    top: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Weigh the terms."""
        knobs: dict[str, Any] = {
            "min_items": self.min_items,
            "max_share": self.max_share,
            "title_weight": self.title_weight,
        }
        self.dump(weigh_terms(self.load(self.texts), **knobs, top=self.top))
