"""What is learnt from a log up to a moment: weighted traces, vectors and tags."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, Self, TypeVar

from slipstream.pipelines.log import FromLog, Log
from slipstream.tasks.base import Table, Task
from slipstream.tasks.embedding import (
    AlsFactors,
    AlsItemEmbedding,
    FilledItemEmbedding,
    JoinedItemEmbedding,
    LsiItemEmbedding,
    TagItemEmbedding,
)
from slipstream.tasks.linking import (
    LinkedAnswers,
    LinkedItemTags,
    LinkedJudgements,
    SearchTags,
    TagMentions,
    TagVocabulary,
)
from slipstream.tasks.tables import Answer, Interaction, TagJudgement
from slipstream.tasks.tagging import ItemTagScores, TagFeatures, TagShares, UserTagScores
from slipstream.tasks.text import ItemTokens, TfidfVectors
from slipstream.tasks.vectors import ItemEmbedding

P = TypeVar("P")
FURTHER_EPOCHS = 5  # a third of what learning from nothing takes


@dataclass(frozen=True)
class Knowledge:
    """The tasks over one log up to one moment, each made when first asked for.

    What is learnt of who touched what goes on from what was known `earlier`, if that is given.
    """

    pipeline: FromLog[Any]
    log: Log
    as_of: datetime
    earlier: Self | None = field(default=None, kw_only=True)

    @cached_property
    def interactions(self) -> Table[Interaction]:
        """Who did what, weighted."""
        return self.pipeline.interactions(self.log, self.as_of)

    @property
    def lessons(self) -> Table[Interaction]:
        """The traces that models are learnt from."""
        return self.interactions

    @cached_property
    def vocabulary(self) -> TagVocabulary:
        """The tags known so far."""
        return TagVocabulary(dictionary=self.log.dictionary, item_tags=self.log.item_tags)

    @cached_property
    def given_tags(self) -> LinkedItemTags:
        """The tags people gave."""
        return LinkedItemTags(item_tags=self.log.item_tags, vocabulary=self.vocabulary)

    @cached_property
    def terms(self) -> TfidfVectors:
        """The words of the items."""
        return TfidfVectors(texts=ItemTokens(items=self.log.items, japanese=self.pipeline.japanese))

    @cached_property
    def content(self) -> LsiItemEmbedding:
        """Items as vectors by what they say."""
        return LsiItemEmbedding(terms=self.terms, seed=self.pipeline.seed)

    @cached_property
    def factors(self) -> AlsFactors:
        """Users and items as vectors by who touched what."""
        return self.pipeline.made_by(AlsFactors, interactions=self.lessons, seed=self.pipeline.seed, **self.further)

    @cached_property
    def further(self) -> dict[str, Any]:
        """Say what the factors go on from, and for how long."""
        return {"before": [self.earlier.factors], "epochs": FURTHER_EPOCHS} if self.earlier else {}

    @cached_property
    def behaviour(self) -> AlsItemEmbedding:
        """Items as vectors by who touched them."""
        return AlsItemEmbedding(factors=self.factors)

    @cached_property
    def contents(self) -> list[Task[ItemEmbedding]]:
        """The vectors by what items say, where they say anything."""
        return [self.content] if self.pipeline.items else []

    @cached_property
    def behaviours(self) -> list[Task[ItemEmbedding]]:
        """The vectors by who touched what, where tags can be learnt from them."""
        return [self.behaviour] if self.pipeline.item_tags or self.pipeline.dictionary else []

    @cached_property
    def item_embedding(self) -> Task[ItemEmbedding]:
        """Items as vectors by who touched them, untouched ones by what they say."""
        return FilledItemEmbedding(behaviour=self.behaviour, content=self.content)

    @cached_property
    def themes(self) -> JoinedItemEmbedding:
        """Items as vectors by what they say and by the tags that fit them."""
        return JoinedItemEmbedding(parts=[*self.contents, self.tag_space])

    @cached_property
    def tag_space(self) -> TagItemEmbedding:
        """Items as vectors by the tags that fit them."""
        return TagItemEmbedding(tags=self.item_tags, seed=self.pipeline.seed)

    @cached_property
    def mentions(self) -> TagMentions:
        """The tags found in the texts."""
        return TagMentions(items=self.log.items, vocabulary=self.vocabulary)

    @cached_property
    def judgements(self) -> list[Table[TagJudgement]]:
        """How people judged tags, where they were asked."""
        if not self.pipeline.judgements:
            return []
        return [LinkedJudgements(judgements=self.log.judgements, vocabulary=self.vocabulary)]

    def tag_features(self, candidates: int, folds: int = 5) -> TagFeatures:
        """Describe so many pairs of item and tag an item."""
        return TagFeatures(
            items=self.log.items,
            item_tags=self.given_tags,
            mentions=self.mentions,
            terms=self.terms,
            contents=self.contents,
            behaviours=self.behaviours,
            judgements=self.judgements,
            candidates=candidates,
            folds=folds,
            seed=self.pipeline.seed,
        )

    @cached_property
    def item_tags(self) -> ItemTagScores:
        """How well each tag fits each item."""
        return self.scored_tags(top=20, threshold=0.1)

    def scored_tags(
        self, *, top: int, threshold: float, candidates: int = 50, folds: int = 5, target: str = ""
    ) -> ItemTagScores:
        """Keep so many tags an item of so many candidates, from a threshold up; judgements teach if there are any."""
        return ItemTagScores(
            features=self.tag_features(candidates, folds),
            judgements=self.judgements,
            target=target or ("judged" if self.judgements else "given"),
            items=self.log.items,
            item_tags=self.given_tags,
            contents=self.contents,
            behaviours=self.behaviours,
            top=top,
            threshold=threshold,
            seed=self.pipeline.seed,
        )

    @cached_property
    def voices(self) -> TagShares:
        """What share of its tags an item owes to each: as given, learnt scores helping out."""
        return TagShares(item_tags=self.given_tags, learnt=[self.item_tags])

    def user_tags(self, answers: Table[Answer]) -> UserTagScores:
        """Score what each user is interested in."""
        return UserTagScores(
            interactions=self.interactions,
            item_tags=self.item_tags,
            answers=LinkedAnswers(answers=answers, vocabulary=self.vocabulary),
            query_tags=SearchTags(searches=self.log.searches, vocabulary=self.vocabulary),
            items=self.log.items,
            kinds=self.pipeline.kinds,
            as_of=self.as_of,
        )


class Learning(FromLog[P], Generic[P]):
    """A pipeline that learns from a log."""

    def knowledge(self, log: Log, as_of: datetime) -> Knowledge:
        """Learn from a log up to a moment; a recipe with a task of its own overrides this."""
        return Knowledge(self, log, as_of)
