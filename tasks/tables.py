"""Every table that passes between tasks: its columns, types, ranges and keys."""

from typing import Annotated, TypeVar

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

Time = Annotated[pd.DatetimeTZDtype, "us", "UTC"]
STRENGTHS = ("strong", "medium", "weak")
TOGETHER = "multiple_fields_uniqueness"  # how pandera calls a broken key of several columns
R = TypeVar("R", bound="Row")


class Row(pa.DataFrameModel):
    """One row of a table; subclasses declare the columns."""

    class Config:
        """Columns are exactly the declared ones, converted to the declared types."""

        strict = True
        coerce = True


def columns(row: type[Row]) -> list[str]:
    """Name the columns of a table, in order."""
    return list(row.to_schema().columns)


def keys(row: type[Row]) -> list[str]:
    """Name the columns that tell the rows of a table apart, none if any row may stand twice."""
    schema = row.to_schema()
    return [name for name, column in schema.columns.items() if column.unique] or list(schema.unique or [])


def empty(row: type[R]) -> DataFrame[R]:
    """Make a table without rows, with the declared columns and types."""
    return row.validate(pd.DataFrame({name: [] for name in columns(row)}))


def check(row: type[Row], frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Bring a frame to the declared columns, order and types; the error names table, column, value and rule."""
    missing = [column for column in columns(row) if column not in frame.columns]
    if missing:
        raise ValueError(f"{name}: table {row.__name__} needs column {missing[0]!r}; found {', '.join(frame.columns)}")
    try:
        checked = row.validate(frame, lazy=True).reset_index(drop=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        first = cases.iloc[0]
        value = first["failure_case"].item() if isinstance(first["failure_case"], np.generic) else first["failure_case"]
        together = f" of {', '.join(row.to_schema().unique or [])}" if first["check"] == TOGETHER else ""
        raise ValueError(
            f"{name}: {len(cases)} values break table {row.__name__}; first: column {first['column']}, "
            f"row {first['index']}, value {value!r}: {first['check']}{together}"
        ) from error
    order = [*columns(row), *checked.columns.difference(columns(row), sort=False)]
    return checked if list(checked.columns) == order else checked[order]


# What the world gave us


class Event(Row):
    """A trace somebody left on an item."""

    user_id: str = pa.Field(str_length={"min_value": 1})
    item_id: str = pa.Field(str_length={"min_value": 1})
    kind: str
    at: Time
    value: float = pa.Field(nullable=True)


class Impression(Row):
    """An item that was shown to somebody at a position, 1 being the first, and whether it was clicked there.

    policy names what chose it; propensity is the probability with which that policy shows this item there, if logged.
    """

    user_id: str = pa.Field(str_length={"min_value": 1})
    item_id: str = pa.Field(str_length={"min_value": 1})
    position: np.int32 = pa.Field(ge=1)
    policy: str
    propensity: float = pa.Field(gt=0, le=1, nullable=True)
    clicked: bool
    at: Time


class Search(Row):
    """A query somebody typed, and the result they opened if any."""

    user_id: str = pa.Field(str_length={"min_value": 1})
    query: str
    at: Time
    item_id: str = pa.Field(nullable=True)


class Answer(Row):
    """An interest somebody declared in a questionnaire; value is how much, negative for dislike."""

    user_id: str = pa.Field(str_length={"min_value": 1})
    question: str
    tag: str = pa.Field(str_length={"min_value": 1})
    value: float
    at: Time


class Item(Row):
    """Something that can be recommended."""

    item_id: str = pa.Field(str_length={"min_value": 1}, unique=True)
    title: str
    text: str
    language: str = pa.Field(nullable=True)
    published_at: Time = pa.Field(nullable=True)


class Offer(Row):
    """The terms on which an item is offered: whose own it is, and until when it may be recommended."""

    item_id: str = pa.Field(str_length={"min_value": 1})
    user_id: str = pa.Field(nullable=True)
    expires_at: Time = pa.Field(nullable=True)


class ItemTag(Row):
    """A tag as given to an item by a person or an editor."""

    item_id: str = pa.Field(str_length={"min_value": 1})
    tag: str = pa.Field(str_length={"min_value": 1})
    weight: float = pa.Field(gt=0)
    user_id: str = pa.Field(nullable=True)
    at: Time = pa.Field(nullable=True)


class TagJudgement(Row):
    """How well a tag fits an item as somebody judged it; the scale is the survey's own."""

    item_id: str = pa.Field(str_length={"min_value": 1})
    tag: str = pa.Field(str_length={"min_value": 1})
    score: float
    user_id: str = pa.Field(nullable=True)


class Tag(Row):
    """A canonical tag and one of the spellings that stand for it."""

    tag: str = pa.Field(str_length={"min_value": 1})
    alias: str = pa.Field(str_length={"min_value": 1})

    class Config:
        """A spelling stands for one tag."""

        unique = ["alias"]


class Alias(Row):
    """Another id of the same user or item."""

    alias: str = pa.Field(str_length={"min_value": 1}, unique=True)
    id: str = pa.Field(str_length={"min_value": 1})


class QuarantinedRow(Row):
    """A row of a source file that could not be read, and why; row counts data rows from 1."""

    file: str
    row: np.int64 = pa.Field(ge=0)
    column: str
    value: str = pa.Field(nullable=True)
    reason: str


# Who did what


class Interaction(Row):
    """One weighted trace of a user on an item; a negative weight is a dislike."""

    user_id: str
    item_id: str
    weight: np.float32
    strength: str = pa.Field(isin=STRENGTHS)
    kind: str
    at: Time


class KindWorth(Row):
    """What one kind of trace was found to be worth, and what that brought over what it was worth before."""

    kind: str = pa.Field(unique=True)
    weight: float
    half_life_days: float = pa.Field(ge=0)
    gain: float


class KindContribution(Row):
    """How much one kind of trace contributes to all weights; worth is the weight of a fresh one."""

    kind: str = pa.Field(unique=True)
    strength: str = pa.Field(isin=STRENGTHS)
    worth: float
    half_life_days: float = pa.Field(ge=0)
    traces: np.int64
    users: np.int64
    items: np.int64
    weight: float
    share: float = pa.Field(ge=0, le=1)


class User(Row):
    """Somebody to serve."""

    user_id: str = pa.Field(unique=True)


class CatalogueItem(Row):
    """An item that may be recommended now."""

    item_id: str = pa.Field(unique=True)


# Text and tags


class ItemText(Row):
    """The tokens of one field of an item, joined by single spaces."""

    item_id: str
    field: str
    tokens: str

    class Config:
        """One row a field."""

        unique = ["item_id", "field"]


class TermWeight(Row):
    """The weight of a term in an item, rows of unit length."""

    item_id: str
    term: str
    weight: np.float32


class TagMention(Row):
    """How often a tag is mentioned in a field of an item."""

    item_id: str
    tag: str
    field: str
    count: np.int64 = pa.Field(ge=1)


class QueryTag(Row):
    """A tag mentioned in what somebody searched for."""

    user_id: str
    query: str
    tag: str
    at: Time


class TagFeature(Row):
    """A pair of item and tag with one float32 column a feature, and whether people gave it (1, 0)."""

    item_id: str
    tag: str
    given: np.int8 = pa.Field(isin=(0, 1))

    class Config:
        """Feature columns come on top of the declared ones."""

        strict = False


class ItemTagScore(Row):
    """How well a tag fits an item: a calibrated probability, with what speaks for it."""

    item_id: str
    tag: str
    score: np.float32 = pa.Field(ge=0, le=1)
    evidence: str

    class Config:
        """One score a pair."""

        unique = ["item_id", "tag"]


class UserTagScore(Row):
    """How much a user is interested in a tag, with the traces that say so."""

    user_id: str
    tag: str
    score: np.float32
    evidence: str

    class Config:
        """One score a pair."""

        unique = ["user_id", "tag"]


class UserTag(Row):
    """A tag that somebody turned to, and how often."""

    user_id: str
    tag: str
    weight: float = pa.Field(gt=0)

    class Config:
        """One row a pair."""

        unique = ["user_id", "tag"]


# Recommendations


class Neighbour(Row):
    """How much a touched item speaks for another one; a negative weight speaks against it."""

    item_id: str
    neighbour_id: str
    weight: np.float32

    class Config:
        """One weight a pair."""

        unique = ["item_id", "neighbour_id"]


class Candidate(Row):
    """An item that one source proposes to a user, best rank first."""

    user_id: str
    item_id: str
    source: str
    rank: np.int32 = pa.Field(ge=1)
    score: np.float32

    class Config:
        """A source proposes an item once."""

        unique = ["user_id", "item_id", "source"]


class RankingFeature(Row):
    """A candidate of a user with one float32 column a feature."""

    user_id: str
    item_id: str

    class Config:
        """Feature columns come on top of the declared ones."""

        strict = False
        unique = ["user_id", "item_id"]


class Recommendation(Row):
    """An item for a user, best first, the source that placed it and a reason in words."""

    user_id: str
    item_id: str
    rank: np.int32 = pa.Field(ge=1)
    score: np.float32
    source: str
    reason: str

    class Config:
        """One item a place, one place an item."""

        unique = ["user_id", "rank"]


class Refusal(Row):
    """An item that a rule keeps out of all lists, or out of the list of one user."""

    rule: str
    item_id: str
    user_id: str = pa.Field(nullable=True)

    class Config:
        """A rule refuses an item to a user once."""

        unique = ["rule", "item_id", "user_id"]


class RuleCount(Row):
    """What a rule did: the items it concerns, the named ones that nobody knows, the rows of lists and the users."""

    rule: str = pa.Field(unique=True)
    items: np.int64 = pa.Field(ge=0)
    unknown: np.int64 = pa.Field(ge=0)
    rows: np.int64 = pa.Field(ge=0)
    users: np.int64 = pa.Field(ge=0)


class Move(Row):
    """An item to which diversity gave another place in a user's list, and why; 0 stands for no place."""

    user_id: str
    item_id: str
    rank_before: np.int32 = pa.Field(ge=1)
    rank_after: np.int32 = pa.Field(ge=0)
    why: str

    class Config:
        """An item moves once."""

        unique = ["user_id", "item_id"]


# What was shown


class Examination(Row):
    """How likely a position is looked at, relative to the first one, with a 95 % interval, and what tells it."""

    position: np.int32 = pa.Field(ge=1, unique=True)
    examination: float = pa.Field(gt=0)
    low: float = pa.Field(gt=0)
    high: float = pa.Field(gt=0)
    count: np.int64 = pa.Field(ge=0)
    clicks: np.int64 = pa.Field(ge=0)


class Exposure(Row):
    """An item shown to a user: how likely it was, relatively, to be shown and looked at, and whether it was clicked."""

    user_id: str
    item_id: str
    propensity: float = pa.Field(gt=0)
    clicked: bool

    class Config:
        """One row a pair."""

        unique = ["user_id", "item_id"]


class ItemClickRate(Row):
    """How often an item is clicked when shown, and how often it would be at the first position, chosen by chance."""

    item_id: str = pa.Field(unique=True)
    count: np.int64 = pa.Field(ge=0)
    clicks: np.int64 = pa.Field(ge=0)
    rate: float = pa.Field(ge=0, le=1)
    corrected: float = pa.Field(ge=0)


# How good it is


class UserQuality(Row):
    """How well one list serves one judged user on a slice of one cut in time, at each depth k."""

    source: str
    cut: str
    slice: str
    user_id: str
    k: np.int32 = pa.Field(ge=1)
    ndcg: float = pa.Field(ge=0, le=1)
    recall: float = pa.Field(ge=0, le=1)
    precision: float = pa.Field(ge=0, le=1)
    mrr: float = pa.Field(ge=0, le=1)
    map: float = pa.Field(ge=0, le=1)
    hit_rate: float = pa.Field(ge=0, le=1)
    novelty: float = pa.Field(nullable=True)

    class Config:
        """A user is judged once on a slice at a depth."""

        unique = ["source", "cut", "slice", "user_id", "k"]


class Reliability(Row):
    """How often scores of one bin were right, on one slice."""

    source: str
    slice: str
    bin: np.int32 = pa.Field(ge=0)
    score: float = pa.Field(ge=0, le=1)
    share: float = pa.Field(ge=0, le=1)
    count: np.int64 = pa.Field(ge=1)


class Metric(Row):
    """A quality of one source on a slice, with a 95 % interval; with a baseline, the paired difference to it."""

    source: str
    baseline: str = pa.Field(nullable=True)
    metric: str
    k: np.int32 = pa.Field(ge=0)
    slice: str
    value: float
    low: float
    high: float
    count: np.int64 = pa.Field(ge=0)
