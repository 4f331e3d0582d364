"""A tiny pipeline: two tables of guests, a join of both, and a list of names."""

import os
import time
from pathlib import Path
from typing import Any

import gokart
import luigi
import pandas as pd

from slipstream.tasks.base import Pipeline, Table, Task
from slipstream.tasks.tables import User


class Guests(Table[User]):
    """So many guests."""

    count: luigi.IntParameter = luigi.IntParameter()

    def run(self) -> None:
        """Invite them."""
        print("a task may print")
        self.dump(pd.DataFrame({"user_id": [f"guest {number}" for number in range(self.count)]}))


class Everybody(Table[User]):
    """Guests of two lists; trouble may be an error, a death, or a file to wait for."""

    ours: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    theirs: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    trouble: luigi.Parameter = luigi.Parameter(default="")

    def run(self) -> None:
        """Merge the lists, or get into trouble."""
        if self.trouble == "error":
            raise ValueError("3 of 40 guests\nhave [red]no chair; bring some")
        if self.trouble == "death":
            os.kill(os.getpid(), 9)
        while self.trouble and not Path(self.trouble).exists():
            time.sleep(0.01)
        self.dump(pd.concat(self.load([self.ours, self.theirs])).drop_duplicates())


class Names(Task[list]):
    """The names at the door."""

    guests: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    file: luigi.Parameter = luigi.Parameter(default="")

    def sources(self) -> list[str]:
        """Read a further file if one is named."""
        return [self.file] if self.file else []

    def run(self) -> None:
        """Write them."""
        self.dump(list(self.load(self.guests)["user_id"]))


class Party(Pipeline[Any]):
    """Who comes to the party."""

    count: luigi.IntParameter = luigi.IntParameter(default=2)
    trouble: luigi.Parameter = luigi.Parameter(default="")
    file: luigi.Parameter = luigi.Parameter(default="")
    drinks: luigi.DictParameter = luigi.DictParameter(default={})

    def requires(self) -> dict[str, Task[Any]]:
        """Join the tasks."""
        ours, theirs = Guests(count=self.count), Guests(count=3)
        guests = Everybody(ours=ours, theirs=theirs, trouble=self.trouble)
        return {"guests": guests, "names": Names(guests=guests, file=self.file)}
