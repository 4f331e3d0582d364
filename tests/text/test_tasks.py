from slipstream.tasks.base import Table
from slipstream.tasks.tables import Item
from slipstream.tasks.text import ItemTokens, TfidfVectors
from tests.worlds import two_clubs


class WrittenArticles(Table[Item]):
    """The articles of both clubs."""

    def run(self):
        self.dump(two_clubs().items)


def test_words_of_a_club_weigh_in_its_items(build):
    found = build(TfidfVectors(texts=ItemTokens(items=WrittenArticles()), top=5))
    assert set(found.loc[found["term"] == "heart", "item_id"]) == {"heart1", "heart2", "heart3", "heart4"}
