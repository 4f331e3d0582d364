"""A tiny pipeline with everything that a report tells of: a quarantine, qualities, a failure and what waits for it."""

import logging
from typing import Any

import gokart
import luigi
import pandas as pd

from slipstream.tasks.base import Pipeline, Table, Task
from slipstream.tasks.tables import Metric, QuarantinedRow, RuleCount, User
from tests.worlds import table

HOSTILE = "</script><script>document.title = 'taken'</script>"
logger = logging.getLogger(__name__)


class Refused(Table[QuarantinedRow]):
    """Rows nobody could read."""

    rows: luigi.IntParameter = luigi.IntParameter(default=3)

    def run(self) -> None:
        """Refuse every row, most for the same reason."""
        reasons = ["no time", HOSTILE, "no time"]
        rows = [("guests.csv", place + 1, "at", f"<b>{place}</b>", reasons[place % 3]) for place in range(self.rows)]
        self.dump(table(QuarantinedRow, rows))


class Register(Table[User]):
    """Who signed in."""

    refused: gokart.TaskInstanceParameter[Table[QuarantinedRow]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Read the names."""
        logger.info("reading %s", HOSTILE)
        print("read by hand")
        self.dump(pd.DataFrame({"user_id": ["ada", "bob"]}))


class Speech(Task[list[str]]):
    """What is said to the guests."""

    guests: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    words: luigi.Parameter[str] = luigi.Parameter(default="welcome")

    def run(self) -> None:
        """Say it, unless there are no words."""
        if not self.words:
            raise ValueError(f"no words for {HOSTILE}")
        self.dump([self.words, *self.load(self.guests)["user_id"]])


class Applause(Table[Metric]):
    """How the speech was received."""

    speech: gokart.TaskInstanceParameter[Task[list[str]]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Measure it."""
        self.load(self.speech)
        rows = [
            ("popular", None, "ndcg", 10, "all", 0.1, 0.05, 0.15, 7),
            ("speech", None, "ndcg", 10, "all", 0.3, 0.25, 0.35, 7),
            ("speech", None, "recall", 10, "all", 0.4, 0.3, 0.5, 7),
            ("speech", None, "ndcg", 10, "cold_user", 0.9, 0.9, 0.9, 2),
            ("speech", "popular", "ndcg", 10, "all", 0.2, 0.1, 0.3, 7),
        ]
        self.dump(table(Metric, rows))


class Door(Table[RuleCount]):
    """Whom the rules of the house turned away."""

    def run(self) -> None:
        """Count them."""
        self.dump(table(RuleCount, [("1: never <b>late</b>", 2, 1, 1234, 7)]))


class Ball(Pipeline[Any]):
    """An evening with rules."""

    def requires(self) -> dict[str, Task[Any]]:
        """Open the door."""
        return {"rules": Door()}


class Gala(Pipeline[Any]):
    """An evening with a speech."""

    words: luigi.Parameter[str] = luigi.Parameter(default="welcome")
    rows: luigi.IntParameter = luigi.IntParameter(default=3)

    def requires(self) -> dict[str, Task[Any]]:
        """Join the tasks."""
        guests = Register(refused=Refused(rows=self.rows))
        speech = Speech(guests=guests, words=self.words)
        return {"applause": Applause(speech=speech), "guests": guests}
