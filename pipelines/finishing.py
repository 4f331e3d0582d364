"""From the order of the ranker to the lists that are shown: rules of the house, diversity, pins."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import luigi

from slipstream.pipelines.knowledge import Knowledge
from slipstream.pipelines.log import Files, FromLog
from slipstream.tasks.base import Table
from slipstream.tasks.data import OfferFile
from slipstream.tasks.recommendation import DiverseItems, Moves, OfferedItems, PinnedItems, Refusals, RuleCounts
from slipstream.tasks.recommendation.diversity import check_diversity
from slipstream.tasks.recommendation.rules import OFFERED, PIN, parse_rules
from slipstream.tasks.tables import Candidate, CatalogueItem, Offer, Refusal, User

P = TypeVar("P")
DEEPER = 5


class Finished(FromLog[P], Generic[P]):
    """A pipeline whose lists obey rules.

    `rules` are applied to what is ranked and to what fills lists up, never to what is learnt: {"hide": [ids]},
    {"never": [tags]}, {"only": [tags]}, {"own": true} and {"expire": true} (by the owners and times in `offers`),
    {"pin": id, "rank": place, "users": [ids]}. `diversity` (0 to 1) is what an item's difference from those before it
    counts next to its rank; `quotas` limit the items of a tag in a list, "*" those of every other tag.
    """

    rules: luigi.ListParameter[tuple[Any, ...]] = luigi.ListParameter(default=())
    offers: Files = luigi.ListParameter(default=())
    diversity: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    quotas: luigi.DictParameter[dict[str, int]] = luigi.DictParameter(default={})
    top: luigi.IntParameter = luigi.IntParameter(default=20)

    @property
    def is_diverse(self) -> bool:
        """Tell whether lists are chosen so that their items differ."""
        return bool(self.diversity or self.quotas)


@dataclass(frozen=True)
class Finish:
    """The rules, the diversity and the pins of a pipeline, for some users at one moment."""

    pipeline: Finished[Any]
    known: Knowledge
    users: Table[User]
    catalogue: Table[CatalogueItem]

    def __post_init__(self) -> None:
        """Refuse rules and numbers that mean nothing."""
        wanting = [rule.name for rule in parse_rules(self.pipeline.rules) if rule.kind in OFFERED]
        if wanting and not self.pipeline.offers:
            raise ValueError(f"rule {wanting[0]} needs to know owners or times of expiry; name their files in offers")
        check_diversity(self.pipeline.diversity, self.pipeline.quotas)

    @cached_property
    def refusals(self) -> list[Table[Refusal]]:
        """What the rules keep out of lists; none without rules."""
        if not self.pipeline.rules:
            return []
        offers: Table[Offer] = self.pipeline.identified(self.pipeline.files(OfferFile, self.pipeline.offers))
        knobs: dict[str, Any] = {"rules": self.pipeline.rules, "as_of": self.known.as_of}
        return [Refusals(catalogue=self.catalogue, item_tags=self.known.given_tags, offers=offers, **knobs)]

    @cached_property
    def offered(self) -> Table[CatalogueItem]:
        """What no rule keeps from everybody: from it lists are filled up, and by it they are judged."""
        return self.allowed(self.catalogue)

    def allowed(self, catalogue: Table[CatalogueItem]) -> Table[CatalogueItem]:
        """Leave out what a rule keeps from everybody."""
        return OfferedItems(catalogue=catalogue, refusals=self.refusals[0]) if self.refusals else catalogue

    @property
    def depth(self) -> int:
        """How many items a user are ranked for lists to be chosen from."""
        return self.pipeline.top * (DEEPER if self.pipeline.is_diverse else 1)

    def lists(self, ranked: Table[Candidate]) -> Table[Candidate]:
        """Choose from what is ranked, and pin."""
        return self.pinned(self.diverse(ranked))

    def diverse(self, ranked: Table[Candidate]) -> Table[Candidate]:
        """Choose lists whose items differ."""
        if not self.pipeline.is_diverse:
            return ranked
        return DiverseItems(ranked=ranked, diversity=self.pipeline.diversity, **self._likeness)

    def pinned(self, ranked: Table[Candidate]) -> Table[Candidate]:
        """Put pinned items at their places."""
        if not any(rule.kind == PIN for rule in parse_rules(self.pipeline.rules)):
            return ranked
        people: dict[str, Any] = {"users": self.users, "interactions": self.known.interactions}
        knobs: dict[str, Any] = {"rules": self.pipeline.rules, "top": self.pipeline.top}
        return PinnedItems(ranked=ranked, catalogue=self.catalogue, refusals=self.refusals, **people, **knobs)

    def moves(self, ranked: Table[Candidate]) -> dict[str, Moves]:
        """Tell what diversity moved."""
        if not self.pipeline.is_diverse:
            return {}
        return {"moves": Moves(before=ranked, after=self.diverse(ranked), **self._likeness)}

    def counts(self, before: Table[Candidate], after: Table[Candidate]) -> dict[str, RuleCounts]:
        """Tell what each rule did to lists."""
        if not self.refusals:
            return {}
        world: dict[str, Any] = {"catalogue": self.catalogue, "item_tags": self.known.given_tags}
        knobs: dict[str, Any] = {"refusals": self.refusals[0], "rules": self.pipeline.rules}
        return {"rules": RuleCounts(before=before, after=after, **world, **knobs)}

    @property
    def _likeness(self) -> Mapping[str, Any]:
        """By what items are alike, and how many may be."""
        known, pipeline = self.known, self.pipeline
        tags, vectors = known.item_tags, known.item_embedding
        return {"item_tags": tags, "embedding": vectors, "quotas": pipeline.quotas, "top": pipeline.top}
