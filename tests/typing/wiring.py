"""Never run, only type-checked: a wrong wiring that mypy no longer refuses is an unused ignore, which is an error."""

from datetime import UTC, datetime
from typing import Any, assert_type

from pandera.typing import DataFrame

from slipstream.tasks.base import Pipeline, Table, Task
from slipstream.tasks.data import EventFile, Interactions, ItemFile, SearchFile
from slipstream.tasks.embedding import PooledUserEmbedding
from slipstream.tasks.tables import Interaction
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding


class Vectors(Task[ItemEmbedding]):
    """Items somewhere."""


class Recipe(Pipeline[Any]):
    """Two tasks."""

    def requires(self) -> dict[str, Any]:
        """Join them."""
        events = EventFile(path="events.csv")
        interactions = Interactions(
            events=events, searches=SearchFile(path="searches.csv"), as_of=datetime(2024, 1, 1, tzinfo=UTC)
        )
        return {"users": PooledUserEmbedding(items=Vectors(), interactions=interactions), "interactions": interactions}


def wrong(events: EventFile, items: ItemFile, interactions: Interactions, vectors: Vectors) -> None:
    """What must not pass."""
    PooledUserEmbedding(items=interactions, interactions=interactions)  # type: ignore[arg-type]
    PooledUserEmbedding(items=vectors, interactions=items)  # type: ignore[arg-type]
    PooledUserEmbedding(items=vectors, interactions=events)  # type: ignore[arg-type]


class Loading(Task[UserEmbedding]):
    """What is loaded has the type of what was made."""

    def touched(self, interactions: Table[Interaction], items: Task[ItemEmbedding]) -> None:
        """Load by task."""
        assert_type(self.load(interactions), DataFrame[Interaction])
        assert_type(self.load(items), ItemEmbedding)
