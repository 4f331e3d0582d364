"""What every pipeline starts from: a service's files, and the same tables as they were at an earlier moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

import gokart
import luigi

from slipstream.pipelines.engine import Powered
from slipstream.tasks.base import Table
from slipstream.tasks.data import (
    AliasFile,
    AnswerFile,
    Before,
    CoreEvents,
    DistinctEvents,
    Earlier,
    EventFile,
    HumanEvents,
    HumanImpressions,
    Identified,
    ImpressionFile,
    Interactions,
    ItemFile,
    ItemTagFile,
    Joined,
    JudgementFile,
    NamedItemTags,
    NamedJudgements,
    Past,
    Robots,
    SearchFile,
    TagFile,
    WithoutPairs,
)
from slipstream.tasks.data.days import DAY, files_by_day
from slipstream.tasks.tables import Answer, Event, Impression, Interaction, Item, ItemTag, Search, Tag, TagJudgement

P = TypeVar("P")
SECTION = "log"
PAIRED = ("events", "searches", "item_tags", "impressions")
DATED = (*PAIRED, "answers")
TELLING: dict[str, tuple[str, ...]] = {
    "time": DATED,
    "last": DATED,
    "random": PAIRED,
    "events": PAIRED,
    "items": ("events", "searches", "impressions"),
}
Files = luigi.ListParameter[tuple[Any, ...]]


@dataclass(frozen=True)
class Log:
    """The tables of a service as tasks."""

    events: Table[Event]
    searches: Table[Search]
    answers: Table[Answer]
    items: Table[Item]
    item_tags: Table[ItemTag]
    dictionary: Table[Tag]
    impressions: Table[Impression]
    judgements: Table[TagJudgement]

    def before(self, as_of: datetime) -> "Log":
        """Cut every table at a moment; the dictionary and the judgements are timeless."""
        return Log(
            events=Before(rows=self.events, as_of=as_of),
            searches=Before(rows=self.searches, as_of=as_of),
            answers=Before(rows=self.answers, as_of=as_of),
            items=Before(rows=self.items, as_of=as_of),
            item_tags=Before(rows=self.item_tags, as_of=as_of),
            dictionary=self.dictionary,
            impressions=Before(rows=self.impressions, as_of=as_of),
            judgements=self.judgements,
        )

    def without_held_out(self, *, share: float, by: str, seed: int) -> "Log":
        """Leave out what is held out of the events and what else would tell of it; the tags of whole items stay."""
        held: dict[str, Any] = {"events": self.events, "share": share, "by": by, "seed": seed}
        kept: dict[str, Any] = {name: Earlier(rows=getattr(self, name), **held) for name in TELLING[by]}
        return replace(self, **kept)

    def without_pairs(self, held_out: Table[Event]) -> "Log":
        """Leave out pairs of user and item, wherever they stand."""
        kept: dict[str, Any] = {name: WithoutPairs(rows=getattr(self, name), held_out=held_out) for name in PAIRED}
        return replace(self, **kept)


class FromLog(Powered[P], Generic[P]):
    """A pipeline over the files of a service.

    Each file parameter is a list of {"path": ..., further options of the source}; {day} in a path stands for a day like
    2024-04-01 (in the timezone of the source), and each day's files are read once. dictionary holds tags with their
    spellings, impressions what was shown to whom at which position, tag_names the names of tags that item_tags and
    judgements give by id, judgements how well tags fit items as people said when asked, the aliases further ids of
    users and items. as_of is the moment at which the pipeline stands: nothing at or after it is seen. With
    remove_robots users that no person could be are left out; a trace that repeats one of the same user, item and kind
    within repeat_seconds is too. With min_per_user or min_per_item, traces of users and items with fewer of them are
    left out, counted core_rounds times (0: until all have enough).
    """

    as_of: gokart.ZonedDateSecondParameter = gokart.ZonedDateSecondParameter()
    events: Files = luigi.ListParameter(default=())
    searches: Files = luigi.ListParameter(default=())
    answers: Files = luigi.ListParameter(default=())
    items: Files = luigi.ListParameter(default=())
    item_tags: Files = luigi.ListParameter(default=())
    dictionary: Files = luigi.ListParameter(default=())
    impressions: Files = luigi.ListParameter(default=())
    tag_names: Files = luigi.ListParameter(default=())
    judgements: Files = luigi.ListParameter(default=())
    user_aliases: Files = luigi.ListParameter(default=())
    item_aliases: Files = luigi.ListParameter(default=())
    kinds: luigi.DictParameter[dict[str, Any]] = luigi.DictParameter(default={})
    bad_share: luigi.FloatParameter = luigi.FloatParameter(default=0.01)
    remove_robots: luigi.BoolParameter = luigi.BoolParameter(
        default=False, parsing=luigi.BoolParameter.EXPLICIT_PARSING
    )
    min_per_user: luigi.IntParameter = luigi.IntParameter(default=0)
    min_per_item: luigi.IntParameter = luigi.IntParameter(default=0)
    core_rounds: luigi.IntParameter = luigi.IntParameter(default=0)
    repeat_seconds: luigi.FloatParameter = luigi.FloatParameter(default=0.0)
    japanese: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("ngram", "sudachi"), default="ngram")
    seed: luigi.IntParameter = luigi.IntParameter(default=0)

    @classmethod
    def get_param_values(
        cls, params: Sequence[tuple[str, luigi.Parameter]], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> list[tuple[str, Any]]:
        """Take what is not given from the section [log], which all pipelines share."""
        conf, family = luigi.configuration.get_config(), cls.get_task_family()
        shared = {
            name: parameter.parse(conf.get(SECTION, name))
            for name, parameter in params
            if conf.has_option(SECTION, name) and not conf.has_option(family, name)
        }
        values: list[tuple[str, Any]] = super().get_param_values(params, args, {**shared, **kwargs})
        return values

    def log(self) -> Log:
        """Read the files as they stood at as_of."""
        events: Table[Event] = self.past(self.tables(EventFile, self.events, kinds=self.kinds))
        impressions = self.files(ImpressionFile, self.impressions)
        if self.remove_robots:
            robots = Robots(events=events)
            events = HumanEvents(events=events, robots=robots)
            impressions = HumanImpressions(impressions=impressions, robots=robots)
        if self.repeat_seconds:
            events = DistinctEvents(events=events, seconds=self.repeat_seconds)
        item_tags, judgements = self.files(ItemTagFile, self.item_tags), self.files(JudgementFile, self.judgements)
        if self.tag_names:
            names = self.files(AliasFile, self.tag_names)
            item_tags = NamedItemTags(tags=item_tags, names=names)
            judgements = NamedJudgements(judgements=judgements, names=names) if self.judgements else judgements
        log = Log(
            events=self.identified(events),
            searches=self.identified(self.files(SearchFile, self.searches)),
            answers=self.identified(self.files(AnswerFile, self.answers)),
            items=self.identified(self.files(ItemFile, self.items)),
            item_tags=self.identified(item_tags),
            dictionary=self.files(TagFile, self.dictionary),
            impressions=self.identified(impressions),
            judgements=self.identified(judgements),
        )
        return self.core(replace(log.before(self.as_of), events=log.events))

    def core(self, log: Log) -> Log:
        """Leave users and items with few traces out, where that is asked for."""
        if not (self.min_per_user or self.min_per_item):
            return log
        least: dict[str, Any] = {"min_per_user": self.min_per_user, "min_per_item": self.min_per_item}
        return replace(log, events=CoreEvents(events=log.events, rounds=self.core_rounds, **least))

    def identified(self, rows: Table[Any]) -> Table[Any]:
        """Give every user and item one id, where other ids are known."""
        if not (self.user_aliases or self.item_aliases):
            return rows
        users, items = self.files(AliasFile, self.user_aliases), self.files(AliasFile, self.item_aliases)
        return Identified(rows=rows, users=users, items=items)

    def interactions(self, log: Log, as_of: datetime) -> Table[Interaction]:
        """Weigh the traces of a log."""
        traces: dict[str, Any] = {"events": log.events, "searches": log.searches}
        return self.made_by(Interactions, **traces, kinds=self.kinds, as_of=as_of)

    def labels(self, events: Table[Event], until: datetime) -> Table[Interaction]:
        """Weigh the traces of a later window."""
        return Interactions(events=events, searches=SearchFile(path=""), kinds=self.kinds, as_of=until)

    def past(self, tables: list[Table[Any]]) -> Table[Any]:
        """Put traces together as they were at as_of."""
        return Before(rows=tables[0], as_of=self.as_of) if len(tables) == 1 else Past(tables=tables, as_of=self.as_of)

    def files(
        self, reader: Callable[..., Table[Any]], sources: Sequence[Mapping[str, Any]], **kinds: Mapping[str, Any]
    ) -> Table[Any]:
        """Read the files of one table as one."""
        tables = self.tables(reader, sources, **kinds)
        return tables[0] if len(tables) == 1 else Joined(tables=tables)

    def tables(
        self, reader: Callable[..., Table[Any]], sources: Sequence[Mapping[str, Any]], **kinds: Mapping[str, Any]
    ) -> list[Table[Any]]:
        """Read the files of one table, those by day each day for itself; none make an empty one."""
        found = [
            reader(path=path, source=options, bad_share=self.bad_share, **kinds)
            for path, options in (file for source in sources for file in self.paths(source))
        ]
        return found or [reader(path="", bad_share=self.bad_share, **kinds)]

    def paths(self, source: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """List the files of a source with its further options: one, or one for each day that began before as_of."""
        options = {name: value for name, value in source.items() if name != "path"}
        if DAY not in source["path"]:
            return [(source["path"], options)]
        timezone = options.get("timezone", "UTC")
        return [(path, options) for path in files_by_day(source["path"], as_of=self.as_of, timezone=timezone)]
