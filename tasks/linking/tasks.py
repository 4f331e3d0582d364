"""Tasks that find canonical tags in what people wrote."""

from typing import Any

import gokart
import luigi

from slipstream.tasks.base import Table
from slipstream.tasks.linking.canonical import link_answers, link_item_tags, link_judgements
from slipstream.tasks.linking.mentions import find_mentions, find_query_tags
from slipstream.tasks.linking.vocabulary import collect_tags
from slipstream.tasks.tables import Answer, Item, ItemTag, QueryTag, Search, Tag, TagJudgement, TagMention


class TagVocabulary(Table[Tag]):
    """The canonical tags, each with the spellings that stand for it."""

    dictionary: gokart.TaskInstanceParameter[Table[Tag]] = gokart.TaskInstanceParameter()
    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    similarity: luigi.FloatParameter = luigi.FloatParameter(default=95.0)
    min_length: luigi.IntParameter = luigi.IntParameter(default=8)
    min_items: luigi.IntParameter = luigi.IntParameter(default=1)

    def run(self) -> None:
        """Collect the tags."""
        knobs: dict[str, Any] = {
            "similarity": self.similarity,
            "min_length": self.min_length,
            "min_items": self.min_items,
        }
        self.dump(collect_tags(self.load(self.dictionary), self.load(self.item_tags), **knobs))


class LinkedItemTags(Table[ItemTag]):
    """The tags given to items, as canonical tags."""

    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    vocabulary: gokart.TaskInstanceParameter[Table[Tag]] = gokart.TaskInstanceParameter()
    keep_unknown: luigi.BoolParameter = luigi.BoolParameter(default=False)

    def run(self) -> None:
        """Link the given tags."""
        tables = self.load(self.item_tags), self.load(self.vocabulary)
        self.dump(link_item_tags(*tables, keep_unknown=self.keep_unknown))


class LinkedAnswers(Table[Answer]):
    """The interests people declared, as canonical tags."""

    answers: gokart.TaskInstanceParameter[Table[Answer]] = gokart.TaskInstanceParameter()
    vocabulary: gokart.TaskInstanceParameter[Table[Tag]] = gokart.TaskInstanceParameter()
    keep_unknown: luigi.BoolParameter = luigi.BoolParameter(default=False)

    def run(self) -> None:
        """Link the answers."""
        self.dump(link_answers(self.load(self.answers), self.load(self.vocabulary), keep_unknown=self.keep_unknown))


class LinkedJudgements(Table[TagJudgement]):
    """Judged tags, as canonical tags."""

    judgements: gokart.TaskInstanceParameter[Table[TagJudgement]] = gokart.TaskInstanceParameter()
    vocabulary: gokart.TaskInstanceParameter[Table[Tag]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Link the judgements."""
        self.dump(link_judgements(self.load(self.judgements), self.load(self.vocabulary)))


class TagMentions(Table[TagMention]):
    """How often each tag is mentioned in each item."""

    items: gokart.TaskInstanceParameter[Table[Item]] = gokart.TaskInstanceParameter()
    vocabulary: gokart.TaskInstanceParameter[Table[Tag]] = gokart.TaskInstanceParameter()
    words: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("script", "sudachi"), default="script")
    min_length: luigi.IntParameter = luigi.IntParameter(default=2)

    def run(self) -> None:
        """Find the mentions."""
        tables = self.load(self.items), self.load(self.vocabulary)
        self.dump(find_mentions(*tables, words=self.words, min_length=self.min_length))


class SearchTags(Table[QueryTag]):
    """The tags mentioned in what people searched for."""

    searches: gokart.TaskInstanceParameter[Table[Search]] = gokart.TaskInstanceParameter()
    vocabulary: gokart.TaskInstanceParameter[Table[Tag]] = gokart.TaskInstanceParameter()
    words: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("script", "sudachi"), default="script")
    min_length: luigi.IntParameter = luigi.IntParameter(default=2)

    def run(self) -> None:
        """Find the tags of the searches."""
        tables = self.load(self.searches), self.load(self.vocabulary)
        self.dump(find_query_tags(*tables, words=self.words, min_length=self.min_length))
