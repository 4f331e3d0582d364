from slipstream.tasks.base import Table, Task
from slipstream.tasks.tables import (
    Answer,
    Interaction,
    Item,
    ItemTag,
    QueryTag,
    TagMention,
    TermWeight,
    empty,
)
from slipstream.tasks.tagging import ItemTagScores, TagFeatures, UserTagScores
from slipstream.tasks.vectors import ItemEmbedding
from tests.tagging.cases import TAGS, catalogue, embedding
from tests.worlds import AS_OF, moment, table


class KnownItems(Table[Item]):
    """Items of two kinds."""

    def run(self):
        self.dump(catalogue()[0])


class KnownTags(Table[ItemTag]):
    """Tags of two kinds."""

    def run(self):
        self.dump(catalogue()[1])


class KnownPlaces(Task[ItemEmbedding]):
    """Where the items lie."""

    def run(self):
        self.dump(embedding(catalogue()[0]))


class NoMentions(Table[TagMention]):
    """No mentions."""

    def run(self):
        self.dump(empty(TagMention))


class NoTerms(Table[TermWeight]):
    """No words."""

    def run(self):
        self.dump(empty(TermWeight))


class OneLike(Table[Interaction]):
    """A user who likes one item."""

    def run(self):
        self.dump(table(Interaction, [("u", "heart00", 2.0, "medium", "like", moment(1))]))


class NoAnswers(Table[Answer]):
    """No answers."""

    def run(self):
        self.dump(empty(Answer))


class NoSearches(Table[QueryTag]):
    """No searches."""

    def run(self):
        self.dump(empty(QueryTag))


def test_from_given_tags_to_interests(build):
    items, item_tags, places = KnownItems(), KnownTags(), KnownPlaces()
    tables = {"items": items, "item_tags": item_tags, "behaviours": [places]}
    features = TagFeatures(mentions=NoMentions(), terms=NoTerms(), size=4, **tables)
    scores = ItemTagScores(features=features, **tables)
    interests = UserTagScores(
        interactions=OneLike(),
        item_tags=scores,
        answers=NoAnswers(),
        query_tags=NoSearches(),
        items=items,
        as_of=AS_OF.to_pydatetime(),
        top=3,
    )
    found = build(interests)
    assert set(found["tag"]) == set(TAGS["heart"])
    assert set(found["evidence"]) == {"liked Heart00"}
