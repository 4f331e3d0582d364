from slipstream.tasks.base import Table
from slipstream.tasks.linking import LinkedAnswers, LinkedItemTags, SearchTags, TagMentions, TagVocabulary
from slipstream.tasks.tables import Answer, Item, ItemTag, Search, Tag
from tests.worlds import two_clubs


class ReadArticles(Table[Item]):
    """The articles of both clubs."""

    def run(self):
        self.dump(two_clubs().items)


class ReadTags(Table[ItemTag]):
    """The tags given to them, written loudly."""

    def run(self):
        tags = two_clubs().item_tags
        self.dump(tags.assign(tag=tags["tag"].str.upper()))


class ReadDictionary(Table[Tag]):
    """The tags of both clubs in two languages."""

    def run(self):
        self.dump(two_clubs().tags)


class ReadSearches(Table[Search]):
    """What the clubs searched for."""

    def run(self):
        self.dump(two_clubs().searches)


class ReadAnswers(Table[Answer]):
    """What the clubs chose."""

    def run(self):
        self.dump(two_clubs().answers)


def vocabulary():
    return TagVocabulary(dictionary=ReadDictionary(), item_tags=ReadTags())


def test_given_tags_and_answers_are_linked(build):
    assert set(build(LinkedItemTags(item_tags=ReadTags(), vocabulary=vocabulary()))["tag"]) == {"heart", "skin"}
    assert set(build(LinkedAnswers(answers=ReadAnswers(), vocabulary=vocabulary()))["tag"]) == {"heart", "skin"}


def test_mentions_and_searches_are_found(build):
    mentions = build(TagMentions(items=ReadArticles(), vocabulary=vocabulary()))
    assert all(row.item_id.startswith(row.tag) for row in mentions.itertuples())
    assert len(mentions) == 16
    searches = build(SearchTags(searches=ReadSearches(), vocabulary=vocabulary()))
    assert searches[["user_id", "tag"]].to_numpy().tolist() == [["h1", "heart"], ["s1", "skin"]]
