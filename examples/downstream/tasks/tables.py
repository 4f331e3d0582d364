"""The push team's own tables, declared as slipstream declares its own."""

import numpy as np
import pandera.pandas as pa

from slipstream.tasks.tables import Row, Time

RESULTS = ("ignored", "opened")
PUSH = ["user_id", "item_id", "at"]


class Push(Row):
    """A push notification that was sent, and what became of it."""

    user_id: str = pa.Field(str_length={"min_value": 1})
    item_id: str = pa.Field(str_length={"min_value": 1})
    at: Time
    kind: str = pa.Field(isin=RESULTS)

    class Config:
        """The same push is sent once."""

        unique = PUSH


class PushFeature(Row):
    """A push with one float32 column a feature; a missing value says that nothing is known."""

    user_id: str
    item_id: str
    at: Time
    opened: np.int8 = pa.Field(isin=(0, 1))

    class Config:
        """Feature columns come on top of the declared ones."""

        strict = False
        unique = PUSH


class PushScore(Row):
    """How likely a push is opened, and whether it was."""

    user_id: str
    item_id: str
    at: Time
    opened: np.int8 = pa.Field(isin=(0, 1))
    score: float = pa.Field(ge=0, le=1)

    class Config:
        """A push is scored once."""

        unique = PUSH
