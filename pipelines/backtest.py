"""How good the recommendations would have been."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.leakage import refuse_future, refuse_held_out
from slipstream.pipelines.log import Files, Log
from slipstream.pipelines.ranking import Ranked, Stage, Window
from slipstream.tasks.base import Table, Task
from slipstream.tasks.data import Before, EventFile, Joined, Users
from slipstream.tasks.evaluation import (
    CandidateRecall,
    CatalogueQuality,
    Comparison,
    PooledQuality,
    TimeOrder,
    UserQualities,
)
from slipstream.tasks.recommendation import Ranker
from slipstream.tasks.tables import Candidate, CatalogueItem, Metric, UserQuality

RECOMMEND, BEFORE = "recommend", "recommend before diversity"
VALIDATION = "validation"
DAY = timedelta(days=1)


class Backtest(Ranked[DataFrame[Metric]]):
    """Recommendations as of earlier moments, judged by what people did next, beside baselines.

    With learn_by window, each of `cuts` (times; as_of less horizon_hours when none is given) is judged by the
    horizon_hours that follow it; otherwise what learn_by names is held out, by chance anew for each of `folds`. What
    stands in files of its own is given as held_out, one source a fold: pairs of user and item that are taken out of the
    log and judge it. The ranker learns from further windows before that. Every item of the catalogue is ranked. With
    part validation, all that is judged with part test is left out first, and what is left is parted in the same way:
    there parameters are chosen.
    """

    part: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("test", VALIDATION), default="test")
    cuts: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=())
    held_out: Files = luigi.ListParameter(default=())
    folds: luigi.IntParameter = luigi.IntParameter(default=1)
    horizon_hours: luigi.FloatParameter = luigi.FloatParameter(default=24.0)
    baselines: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(
        default=("popular", "trending_24h", "als", "ease", "knn")
    )
    ks: luigi.ListParameter[tuple[int, ...]] = luigi.ListParameter(default=(10,))
    cold_below: luigi.IntParameter = luigi.IntParameter(default=5)

    def requires(self) -> dict[str, Any]:
        """Recommend at each cut, judge every list and compare."""
        qualities: list[Table[UserQuality]] = []
        others: list[Table[Metric]] = []
        checks: dict[str, Task[Any]] = {}
        rankers: dict[str, Task[Any]] = {}
        for name, window in self.judged_windows():
            stage, ranker = self.stage(window), self.ranker(window.log, window.as_of)
            rankers[f"ranker_{name}"] = ranker
            lists: dict[str, Table[Any]] = {RECOMMEND: stage.finish.lists(stage.ranked(ranker))}
            lists |= {other: self.other(other, stage, ranker) for other in self.others()}
            qualities += self.judge(lists, name, window, stage)
            trial = self.trial(window, stage)
            others.append(CandidateRecall(pool=stage.features.pool, **trial))
            others.append(CatalogueQuality(recommendations=lists[RECOMMEND], source=RECOMMEND, ks=self.ks, **trial))
            if self.parts_at_one_moment():
                times: dict[str, Any] = {"history": trial["seen"], "truth": trial["truth"], "as_of": window.as_of}
                checks[f"order_{name}"] = TimeOrder(**times)
        means = PooledQuality(qualities=qualities, seed=self.seed)
        differences = Comparison(qualities=qualities, baselines=self.others(), seed=self.seed)
        return {"quality": Joined(tables=[means, differences, *others]), **rankers, **checks}

    def stage(self, window: Window) -> Stage:
        """Apply what was known to those who are judged."""
        known, users = self.knowledge(window.log, window.as_of), Users(tables=[window.later])
        return Stage(self, known, users, window.log.answers, window.within)

    def trial(self, window: Window, stage: Stage) -> dict[str, Any]:
        """Gather what the lists of a window are judged by."""
        reach = stage.finish.allowed(self.within_reach(window, stage))
        truth = self.labels(window.later, window.until)
        return {"truth": truth, "seen": stage.known.interactions, "catalogue": reach, "relevant": self.relevant}

    def judge(
        self, lists: Mapping[str, Table[Any]], name: str, window: Window, stage: Stage
    ) -> list[Table[UserQuality]]:
        """Judge the lists of a window, after making sure that they know nothing of it."""
        for made in lists.values():
            self.check(made, window)
        judged = {"cut": name, "cold_below": self.cold_below, "ks": self.ks, **self.trial(window, stage)}
        return [UserQualities(recommendations=made, source=source, **judged) for source, made in lists.items()]

    def check(self, made: Task[Any], window: Window) -> None:
        """Refuse a list that knows what it is judged by."""
        if self.parts_at_one_moment():
            refuse_future(made, as_of=window.as_of)
        else:
            refuse_held_out(made, by="events" if self.held_out else self.learn_by)

    def others(self) -> tuple[str, ...]:
        """Name the lists that the recommendations are compared with."""
        before = [BEFORE] if self.is_diverse else []
        return tuple(dict.fromkeys([*self.candidate_sources, *self.baselines, *before]))

    def other(self, name: str, stage: Stage, ranker: Ranker) -> Table[Candidate]:
        """Make the lists of one source, or what would be recommended without diversity, under the same rules."""
        return stage.finish.pinned(stage.ranked(ranker)) if name == BEFORE else stage.offered.source(name)

    def judged_windows(self) -> Iterator[tuple[str, Window]]:
        """Part the log for each cut, fold or file of what is held out."""
        log = self.log()
        if self.parts_at_one_moment():
            yield from self.windows_in_time(log)
            return
        for number, (name, window) in enumerate(self.given_windows(log) if self.held_out else self.drawn_windows(log)):
            is_test = self.part != VALIDATION
            yield name, window if is_test else self.hold_out(window.log, self.as_of, seed=self.seed + number)

    def drawn_windows(self, log: Log) -> Iterator[tuple[str, Window]]:
        """Hold out what learn_by names, by chance anew for each fold."""
        if self.folds > 1 and self.learn_by in {"time", "last"}:
            raise ValueError(
                f"folds {self.folds} by {self.learn_by} would all be the same; hold out by chance, or once"
            )
        for fold in range(self.folds):
            name = f"fold {fold + 1}" if self.folds > 1 else "held out"
            yield name, self.hold_out(log, self.as_of, seed=self.seed + fold)

    def windows_in_time(self, log: Log) -> Iterator[tuple[str, Window]]:
        """Part the log at each cut."""
        horizon = timedelta(hours=self.horizon_hours)
        for cut in self.judged_cuts(horizon):
            yield cut.isoformat(), self.cut_off(log.before(cut + horizon), cut + horizon, hours=self.horizon_hours)

    def judged_cuts(self, horizon: timedelta) -> list[datetime]:
        """Tell the cuts; for validation, so many whole days earlier that all ends before the first of them."""
        cuts = [datetime.fromisoformat(cut) for cut in self.cuts] or [self.as_of - horizon]
        days = math.ceil((max(cuts) + horizon - min(cuts)) / DAY) if self.part == VALIDATION else 0
        return [cut - days * DAY for cut in cuts]

    def given_windows(self, log: Log) -> Iterator[tuple[str, Window]]:
        """Take out of the log what each file holds out."""
        for fold, source in enumerate(self.held_out, 1):
            held_out = self.identified(self.files(EventFile, [source], kinds=self.kinds))
            later = Before(rows=held_out, as_of=self.as_of)
            yield f"fold {fold}", Window(log.without_pairs(later), self.as_of, later, self.as_of, log.impressions)

    def parts_at_one_moment(self) -> bool:
        """Tell whether what is judged happened after all that is known."""
        return self.learn_by == "window" and not self.held_out

    def within_reach(self, window: Window, stage: Stage) -> Table[CatalogueItem]:
        """List the items that may count as right: what is offered, and what is known from held-out events alone."""
        if self.parts_at_one_moment() or window.within is not None:
            return stage.catalogue
        whole = replace(window.log, events=Joined(tables=[window.log.events, window.later]))
        return stage.catalogue_of(self.interactions(whole, window.as_of))
