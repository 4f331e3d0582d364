"""A contest that can be tuned: everybody wants the item of their own number, and parameters decide who gets it."""

import time
from pathlib import Path
from typing import Any

import luigi
import pandas as pd

from slipstream.tasks.base import Pipeline, Table
from slipstream.tasks.evaluation import UserQualities
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, empty

PEOPLE = 40
HOURS = pd.Timestamp("2024-01-01T00:00:00Z")


class Wishes(Table[Interaction]):
    """What everybody wants."""

    def run(self) -> None:
        """List it."""
        wanted = {"weight": 1.0, "strength": "strong", "kind": "like", "at": HOURS}
        self.dump(pd.DataFrame([{"user_id": f"u{n}", "item_id": f"i{n}", **wanted} for n in range(PEOPLE)]))


class Nothing(Table[Interaction]):
    """What everybody did before."""

    def run(self) -> None:
        """List it."""
        self.dump(empty(Interaction))


class Shelf(Table[CatalogueItem]):
    """What there is."""

    def run(self) -> None:
        """List it."""
        self.dump(pd.DataFrame({"item_id": [f"i{n}" for n in range(PEOPLE)]}))


class Gifts(Table[Candidate]):
    """One item a person: the more height, weight and colour please, the more people get what they want."""

    height: luigi.FloatParameter = luigi.FloatParameter(default=1.0)
    weight: luigi.IntParameter = luigi.IntParameter(default=1)
    colour: luigi.Parameter[str] = luigi.Parameter(default="grey")
    wait: luigi.Parameter[str] = luigi.Parameter(default="", significant=False)

    def run(self) -> None:
        """Hand them out."""
        while self.wait and self.weight > 1 and not Path(self.wait).exists():
            time.sleep(0.01)
        if self.colour.strip() == "broken":
            raise ValueError("nobody makes it in this colour; take another one")
        pleased = round(PEOPLE * (0.3 + 0.02 * self.weight - 0.1 * (self.height - 2) ** 2)) + (self.colour == "red")
        gifts = [f"i{n}" if n < pleased else f"i{(n + 1) % PEOPLE}" for n in range(PEOPLE)]
        rows = {"user_id": [f"u{n}" for n in range(PEOPLE)], "item_id": gifts, "source": "gifts", "rank": 1, "score": 1}
        self.dump(pd.DataFrame(rows))


class Hits(UserQualities):
    """Who got what they want; no polars, which must not be used in a process forked from that of the tests."""

    def run(self) -> None:
        """Count the hits."""
        both = self.load(self.truth).merge(self.load(self.recommendations), on="user_id", suffixes=("", "_given"))
        hit = (both["item_id"] == both["item_id_given"]).astype(float)
        facts = dict.fromkeys(("ndcg", "recall", "precision", "mrr", "map", "hit_rate"), hit)
        facts |= {"source": self.source, "cut": self.cut, "slice": "all", "k": 1, "novelty": 0.0}
        self.dump(both[["user_id"]].assign(**facts))


class Contest(Pipeline[Any]):
    """How many people get what they want."""

    part: luigi.Parameter[str] = luigi.Parameter(default="test")
    weight: luigi.IntParameter = luigi.IntParameter(default=1)
    knobs: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})
    names: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=("a",))
    wait: luigi.Parameter[str] = luigi.Parameter(default="", significant=False)

    def requires(self) -> dict[str, Any]:
        """Judge what is handed out."""
        gifts = Gifts(weight=self.weight, wait=self.wait, **self.knobs.get("gifts", {}))
        judged: dict[str, Any] = {"truth": Wishes(), "seen": Nothing(), "catalogue": Shelf()}
        return {"quality": Hits(recommendations=gifts, source="gifts", cut="now", ks=(1,), **judged)}


class Service(Contest):
    """What is served: shares the parameters of the contest but one."""

    weight: luigi.IntParameter = luigi.IntParameter(default=3)


class Stranger(Pipeline[Any]):
    """Something else with a parameter of the same name."""

    knobs: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})

    def requires(self) -> dict[str, Any]:
        """Need nothing."""
        return {"shelf": Shelf()}
