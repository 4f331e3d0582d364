"""Tasks of every product type, small enough to reason about."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gokart
import luigi
import numpy as np
import pandas as pd

from slipstream.tasks.base import Pipeline, Table, Task
from slipstream.tasks.tables import User
from slipstream.tasks.vectors import UserEmbedding


class Lines(Table[User]):
    """The lines of a file as users."""

    path: luigi.Parameter[str] = luigi.Parameter(significant=False)

    def sources(self) -> Sequence[str]:
        return [self.path]

    def run(self) -> None:
        self.dump(pd.DataFrame({"user_id": Path(self.path).read_text().split()}))


class Ones(Task[UserEmbedding]):
    """Each user as a row of ones."""

    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    size: luigi.IntParameter = luigi.IntParameter(default=2)
    threads: luigi.IntParameter = luigi.IntParameter(default=1, significant=False)

    def run(self) -> None:
        users = self.load(self.users)
        self.dump(UserEmbedding(users["user_id"], np.ones((len(users), self.size))))


class Pair(Task[dict[str, Any]]):
    """Two tasks joined, telling left from right."""

    left: gokart.TaskInstanceParameter[Task[Any]] = gokart.TaskInstanceParameter()
    right: gokart.TaskInstanceParameter[Task[Any]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        self.dump({"left": len(self.load(self.left)), "right": len(self.load(self.right))})


class Several(Task[int]):
    """How many tasks it was given."""

    parts: gokart.ListTaskInstanceParameter[Task[Any]] = gokart.ListTaskInstanceParameter()

    def run(self) -> None:
        self.dump(len(self.load(list(self.parts))))


class Leaf(Task[dict[str, int]]):
    """A number."""

    number: luigi.IntParameter = luigi.IntParameter()

    def run(self) -> None:
        self.dump({"number": self.number})


class TwoSizes(Pipeline[UserEmbedding]):
    """The users of a file in two sizes."""

    path: luigi.Parameter[str] = luigi.Parameter()

    def requires(self) -> dict[str, Task[Any]]:
        users = Lines(path=self.path)
        return {"large": Ones(users=users, size=5), "small": Ones(users=users)}
