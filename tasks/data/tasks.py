"""The tasks of what the world gave us: read, cleaned, weighed and split."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import gokart
import luigi
import pandas as pd
from gokart.utils import FlattenableItems

from slipstream.tasks.base import Table
from slipstream.tasks.data import (
    core,
    holding_out,
    humans,
    identity,
    newcomers,
    sources,
    splitting,
    strength,
    tag_holding,
)
from slipstream.tasks.data.reading import find_files
from slipstream.tasks.kinds import worth_kinds
from slipstream.tasks.ranges import pieces
from slipstream.tasks.spark import by_users, cluster
from slipstream.tasks.tables import (
    Alias,
    Answer,
    Event,
    Impression,
    Interaction,
    Item,
    ItemTag,
    KindContribution,
    KindWorth,
    Offer,
    QuarantinedRow,
    Row,
    Search,
    Tag,
    TagJudgement,
    User,
    UserTag,
    columns,
    keys,
)

R = TypeVar("R", bound=Row)


class KindNamesParameter(luigi.ListParameter):
    """The names of kinds, from a list or from the mapping of kinds: what a kind is worth changes no file."""

    def normalize(self, x: Iterable[str]) -> tuple[str, ...]:
        """Sort the names."""
        return tuple(sorted(x))


class _FileTable(Table[R], Generic[R]):
    """Foreign files, told apart by their content; an empty path is an empty table."""

    path: luigi.Parameter = luigi.Parameter()
    source: luigi.DictParameter = luigi.DictParameter(default={})

    def significant_parameters(self) -> dict[str, str]:
        """Leave the path out: what a file holds counts, not where it lies."""
        return {name: value for name, value in super().significant_parameters().items() if name != "path"}

    def sources(self) -> Sequence[str]:
        """List the files."""
        return find_files(self.path)


class Quarantine(_FileTable[QuarantinedRow]):
    """The rows of files that could not be read, each with its reason."""

    rows: ClassVar[Sequence[type[Row]]] = (
        Event,
        Impression,
        Search,
        Answer,
        Item,
        Offer,
        ItemTag,
        Tag,
        Alias,
        TagJudgement,
    )

    table: luigi.Parameter = luigi.Parameter()
    kinds: KindNamesParameter = KindNamesParameter(default=())

    def run(self) -> None:
        """Read the files for their bad rows."""
        row = {row.__name__: row for row in self.rows}[self.table]
        self.dump(sources.read(self.path, self.source, row, kinds=self.kinds).bad)


class FileTable(_FileTable[R], Generic[R]):
    """Files read as a table, with a quarantine for what cannot be read, whose `rows` name that table."""

    quarantine: ClassVar[type[Quarantine]] = Quarantine

    bad_share: luigi.FloatParameter = luigi.FloatParameter(default=0.01)

    def requires(self) -> FlattenableItems[gokart.TaskOnKart[Any]]:
        """Set the bad rows aside first; both halves are one reading, so they share their parameters by construction."""
        return {"quarantine": self.clone(self.quarantine, table=self.row.__name__)}

    def run(self) -> None:
        """Read the files, unless too much of them cannot be read."""
        parsed = sources.read(self.path, self.source, self.row, kinds=getattr(self, "kinds", ()))
        quarantine = self.inputs()["quarantine"].output().path()
        rows = sources.accepted(parsed, bad_share=self.bad_share, path=self.path, quarantine=quarantine)
        self.dump(rows.to_pandas() if keys(self.row) else pieces([rows]))


class EventFile(FileTable[Event]):
    """Traces as found in files."""

    kinds: KindNamesParameter = KindNamesParameter(default=())


class ImpressionFile(FileTable[Impression]):
    """What was shown to whom, and whether it was clicked, as found in files."""


class SearchFile(FileTable[Search]):
    """Searches as found in files."""


class AnswerFile(FileTable[Answer]):
    """Answers to questionnaires as found in files."""


class ItemFile(FileTable[Item]):
    """Items as found in files."""


class OfferFile(FileTable[Offer]):
    """The owners and expiry of items as found in files."""


class ItemTagFile(FileTable[ItemTag]):
    """Tags given to items as found in files."""


class TagFile(FileTable[Tag]):
    """The tag vocabulary as found in files."""


class AliasFile(FileTable[Alias]):
    """Other ids of users or items, or names of tags by their ids, as found in files."""


class JudgementFile(FileTable[TagJudgement]):
    """How well tags fit items, as people judged it in a survey."""


class _Derived(Table[Any]):
    """A table of the same rows as the given one."""

    rows: gokart.TaskInstanceParameter[Table[Any]] = gokart.TaskInstanceParameter()

    @property
    def row(self) -> type[Row]:
        """The declaration of the given table."""
        return self.rows.row


class Identified(_Derived):
    """A table whose users and items have one id each."""

    users: gokart.TaskInstanceParameter[Table[Alias]] = gokart.TaskInstanceParameter()
    items: gokart.TaskInstanceParameter[Table[Alias]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Merge the ids."""
        tables = self.load(self.rows), self.load(self.users), self.load(self.items)
        self.dump(identity.merge_ids(*tables, row=self.row))


class NamedItemTags(Table[ItemTag]):
    """Given tags by name instead of by id."""

    tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    names: gokart.TaskInstanceParameter[Table[Alias]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Name the tags."""
        self.dump(identity.name_tags(self.load(self.tags), self.load(self.names)))


class NamedJudgements(Table[TagJudgement]):
    """Judged tags by name instead of by id."""

    judgements: gokart.TaskInstanceParameter[Table[TagJudgement]] = gokart.TaskInstanceParameter()
    names: gokart.TaskInstanceParameter[Table[Alias]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Name the tags."""
        self.dump(identity.name_tags(self.load(self.judgements), self.load(self.names)))


class Interactions(Table[Interaction]):
    """Weighted traces before as_of."""

    events: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()
    searches: gokart.TaskInstanceParameter[Table[Search]] = gokart.TaskInstanceParameter()
    worths: gokart.ListTaskInstanceParameter[Table[KindWorth]] = gokart.ListTaskInstanceParameter(default=[])
    kinds: luigi.DictParameter = luigi.DictParameter(default={})
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()

    def run(self) -> None:
        """Weigh the traces."""
        traces = self.stored(self.events), self.stored(self.searches)
        kinds = worth_kinds(self.kinds, [self.load(task) for task in self.worths])
        self.dump(strength.weigh_by_user(*traces, kinds=kinds, as_of=self.as_of))


class SparkInteractions(Interactions):
    """Weighted traces before as_of, weighed by Spark."""

    spark: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={}, significant=False)

    def run(self) -> None:
        """Weigh the traces of parts of the users."""
        kinds = worth_kinds(self.kinds, [self.load(task) for task in self.worths])
        files = [Path(task.output().path()) for task in (self.events, self.searches)]
        weigh = partial(strength.weigh, kinds=kinds, as_of=self.as_of)
        with cluster(self.spark, self.root) as spark:
            self.dump(by_users(spark, weigh, Interaction, files))


class Contribution(Table[KindContribution]):
    """How much each kind of trace contributes before as_of."""

    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()
    answers: gokart.TaskInstanceParameter[Table[Answer]] = gokart.TaskInstanceParameter()
    worths: gokart.ListTaskInstanceParameter[Table[KindWorth]] = gokart.ListTaskInstanceParameter(default=[])
    kinds: luigi.DictParameter = luigi.DictParameter(default={})
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()

    def run(self) -> None:
        """Sum the weights of each kind."""
        traces = self.load_blocks(self.interactions), self.load(self.answers)
        kinds = worth_kinds(self.kinds, self.load(list(self.worths)))
        self.dump(strength.contribution(*traces, kinds=kinds, as_of=self.as_of))


class Robots(Table[User]):
    """Users that are no people: too fast, too broad, never asleep or as regular as a clock."""

    events: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()
    max_per_hour: luigi.IntParameter = luigi.IntParameter(default=600)
    max_items_per_minute: luigi.IntParameter = luigi.IntParameter(default=30)
    busy_minutes: luigi.IntParameter = luigi.IntParameter(default=2)
    max_items_per_day: luigi.IntParameter = luigi.IntParameter(default=2000)
    awake_hours: luigi.FloatParameter = luigi.FloatParameter(default=24.0)
    regularity: luigi.FloatParameter = luigi.FloatParameter(default=0.1)

    def run(self) -> None:
        """Find the robots."""
        paces = ("max_per_hour", "max_items_per_minute", "busy_minutes", "max_items_per_day")
        knobs = {name: getattr(self, name) for name in (*paces, "awake_hours", "regularity")}
        self.dump(humans.find_robots_by_user(self.stored(self.events), **knobs))


class HumanEvents(Table[Event]):
    """Traces that people left."""

    events: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()
    robots: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Leave the robots out."""
        self.dump(humans.without_in_parts(self.stored(self.events), self.load(self.robots)))


class HumanImpressions(Table[Impression]):
    """What was shown to people."""

    impressions: gokart.TaskInstanceParameter[Table[Impression]] = gokart.TaskInstanceParameter()
    robots: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Leave the robots out."""
        self.dump(humans.without_in_parts(self.stored(self.impressions), self.load(self.robots)))


class DistinctEvents(Table[Event]):
    """Traces without those that were logged again within some seconds."""

    events: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()
    seconds: luigi.FloatParameter = luigi.FloatParameter(default=60.0)

    def run(self) -> None:
        """Leave the repeats out."""
        self.dump(humans.without_repeats_by_user(self.stored(self.events), seconds=self.seconds))


class Before(_Derived):
    """A table as it was before as_of."""

    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()

    def run(self) -> None:
        """Keep what was there."""
        self.dump(splitting.before_in_parts(self.stored(self.rows), as_of=self.as_of))


class Between(_Derived):
    """What happened from since to just before until."""

    since: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    until: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()

    def run(self) -> None:
        """Keep what happened."""
        self.dump(splitting.between(self.load(self.rows), since=self.since, until=self.until))


class CoreEvents(Table[Event]):
    """Traces of users and items that have enough of them."""

    events: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()
    min_per_user: luigi.IntParameter = luigi.IntParameter(default=0)
    min_per_item: luigi.IntParameter = luigi.IntParameter(default=0)
    rounds: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Leave the sparse rest out."""
        knobs = {name: getattr(self, name) for name in ("min_per_user", "min_per_item", "rounds")}
        self.dump(core.keep_core(self.load(self.events), **knobs))


class _HeldOutSplit(_Derived):
    """A table parted by what is held out of the events."""

    events: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()
    share: luigi.FloatParameter = luigi.FloatParameter(default=0.2)
    by: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=tuple(holding_out.WAYS), default="time")
    seed: luigi.IntParameter = luigi.IntParameter(default=0)
    part: ClassVar[Callable[..., pd.DataFrame]]

    def run(self) -> None:
        """Keep one part."""
        knobs = {"share": self.share, "by": self.by, "seed": self.seed}
        self.dump(self.part(self.load(self.rows), self.load(self.events), **knobs))


class Earlier(_HeldOutSplit):
    """What is not held out."""

    part = staticmethod(holding_out.earlier)


class Later(_HeldOutSplit):
    """What is held out."""

    part = staticmethod(holding_out.later)


class WithoutPairs(_Derived):
    """A table without the pairs of user and item that are held out in files of their own."""

    held_out: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Leave the pairs out."""
        self.dump(holding_out.without_pairs(self.load(self.rows), self.load(self.held_out)))


class _HeldOutTags(Table[ItemTag]):
    """Given tags parted by what is held out."""

    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    by: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("items", "pairs"), default="items")
    share: luigi.FloatParameter = luigi.FloatParameter(default=0.2)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)
    part: ClassVar[Callable[..., pd.DataFrame]]

    def run(self) -> None:
        """Keep one part."""
        self.dump(self.part(self.load(self.item_tags), by=self.by, share=self.share, seed=self.seed))


class ShownTags(_HeldOutTags):
    """Given tags that are not held out."""

    part = staticmethod(tag_holding.shown_tags)


class HiddenTags(_HeldOutTags):
    """All tags of some items, or some tags of all, held out by chance."""

    part = staticmethod(tag_holding.hidden_tags)


class Joined(Table[Any]):
    """Tables of the same rows put together; where a key repeats, the first table's row counts."""

    tables: gokart.ListTaskInstanceParameter[Table[Any]] = gokart.ListTaskInstanceParameter()

    @property
    def row(self) -> type[Row]:
        """The declaration of the given tables."""
        return self.tables[0].row

    def run(self) -> None:
        """Join the tables, traces some users at a time."""
        if columns(self.row)[0] == "user_id" and not keys(self.row):
            self.dump(splitting.join_by_user(self.stored(list(self.tables)), row=self.row))
        else:
            self.dump(splitting.join_tables([self.load(table) for table in self.tables], row=self.row))


class Past(Table[Any]):
    """Tables of traces, such as those of single days, put together as they were before as_of."""

    tables: gokart.ListTaskInstanceParameter[Table[Any]] = gokart.ListTaskInstanceParameter()
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()

    @property
    def row(self) -> type[Row]:
        """The declaration of the given tables."""
        return self.tables[0].row

    def run(self) -> None:
        """Join what was there, some users at a time."""
        self.dump(splitting.join_before(self.stored(list(self.tables)), row=self.row, as_of=self.as_of))


class Users(Table[User]):
    """Everybody who occurs in tables."""

    tables: gokart.ListTaskInstanceParameter[Table[Any]] = gokart.ListTaskInstanceParameter()

    def run(self) -> None:
        """List the users."""
        self.dump(splitting.distinct_users([self.load(table) for table in self.tables]))


class UserFold(Table[User]):
    """One of several equal parts of the users, drawn by chance."""

    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    fold: luigi.IntParameter = luigi.IntParameter()
    folds: luigi.IntParameter = luigi.IntParameter(default=5)
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Draw the part."""
        self.dump(splitting.fold_users(self.load(self.users), fold=self.fold, folds=self.folds, seed=self.seed))


class WithoutUsers(_Derived):
    """A table without the rows of some users."""

    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Leave the users out."""
        self.dump(humans.without(self.load(self.rows), self.load(self.users)))


class OfUsers(_Derived):
    """The rows of a table that belong to some users."""

    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Keep the users."""
        self.dump(splitting.of_users(self.load(self.rows), self.load(self.users)))


class SharedItems(Table[Event]):
    """Traces on items that several people touched."""

    events: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()
    min_users: luigi.IntParameter = luigi.IntParameter(default=2)

    def run(self) -> None:
        """Keep the shared items."""
        self.dump(splitting.shared_items(self.load(self.events), min_users=self.min_users))


class CommonTags(Table[ItemTag]):
    """Given tags, those left out that few people gave."""

    item_tags: gokart.TaskInstanceParameter[Table[ItemTag]] = gokart.TaskInstanceParameter()
    min_users: luigi.IntParameter = luigi.IntParameter(default=3)

    def run(self) -> None:
        """Keep the common tags."""
        self.dump(splitting.common_tags(self.load(self.item_tags), min_users=self.min_users))


class SampledUsers(Table[User]):
    """Some of the users, drawn by chance."""

    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    size: luigi.IntParameter = luigi.IntParameter()
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    def run(self) -> None:
        """Draw the users."""
        self.dump(splitting.sample_users(self.load(self.users), size=self.size, seed=self.seed))


class WellKnownUsers(Table[User]):
    """Those of some users who touched many items."""

    events: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    min_items: luigi.IntParameter = luigi.IntParameter()

    def run(self) -> None:
        """Keep the users."""
        self.dump(newcomers.known_well(self.load(self.events), self.load(self.users), min_items=self.min_items))


class ShortHistories(Table[Event]):
    """The traces of some users on the few items they touched last."""

    events: gokart.TaskInstanceParameter[Table[Event]] = gokart.TaskInstanceParameter()
    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()
    items: luigi.IntParameter = luigi.IntParameter()

    def run(self) -> None:
        """Cut the histories short."""
        self.dump(newcomers.cut_short(self.load(self.events), self.load(self.users), items=self.items))


class DeclaredInterests(Table[Answer]):
    """The few tags each person would declare who wants tags."""

    wanted: gokart.TaskInstanceParameter[Table[UserTag]] = gokart.TaskInstanceParameter()
    tags: luigi.IntParameter = luigi.IntParameter(default=3)
    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()

    def run(self) -> None:
        """Declare the tags."""
        self.dump(newcomers.declare(self.load(self.wanted), tags=self.tags, as_of=self.as_of))


class WithoutTouched(_Derived):
    """Lists of items without what their users touched."""

    interactions: gokart.TaskInstanceParameter[Table[Interaction]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Leave the touched items out."""
        self.dump(newcomers.without_touched(self.load(self.rows), self.load(self.interactions)))
