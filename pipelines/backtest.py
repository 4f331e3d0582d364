"""How good the recommendations would have been."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.ranking import Ranked, Stage, Window
from slipstream.tasks.base import Table, Task
from slipstream.tasks.data import Joined, Users
from slipstream.tasks.evaluation import CatalogueQuality, Comparison, PooledQuality, TimeOrder, UserQualities
from slipstream.tasks.tables import Metric, UserQuality

RECOMMEND = "recommend"
VALIDATION = "validation"
DAY = timedelta(days=1)


class Backtest(Ranked[DataFrame[Metric]]):
    """Recommendations as of earlier moments, judged by what people did next, beside baselines.

    With learn_by window, each of `cuts` (times; as_of less horizon_hours when none is given) is judged by the
    horizon_hours that follow it; otherwise the last or a random share of each user's events is held out. The
    ranker learns from further windows before that. Every item of the catalogue is ranked. With part validation, all
    that is judged with part test is left out first, and what is left is parted in the same way: there parameters are
    chosen.
    """

    part: luigi.ChoiceParameter = luigi.ChoiceParameter(choices=("test", VALIDATION), default="test")
    cuts: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(default=())
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
            known = self.knowledge(window.log, window.as_of)
            truth = self.labels(window.later, window.until)
            stage = Stage(self, known, Users(tables=[window.later]), window.log.answers)
            ranker = self.ranker(window.log, window.as_of)
            rankers[f"ranker_{name}"] = ranker
            judged: dict[str, Any] = {"truth": truth, "seen": known.interactions, "catalogue": stage.catalogue}
            judged |= {"ks": self.ks, "relevant": self.relevant}
            lists: dict[str, Any] = {RECOMMEND: stage.recommendations(ranker).ranked}  # reasons are not judged
            for source in dict.fromkeys([*self.candidate_sources, *self.baselines]):
                lists[source] = stage.source(source)
            for source, made in lists.items():
                quality = UserQualities(
                    recommendations=made, source=source, cut=name, cold_below=self.cold_below, **judged
                )
                qualities.append(quality)
            others.append(CatalogueQuality(recommendations=lists[RECOMMEND], source=RECOMMEND, **judged))
            if self.learn_by == "window":
                order = TimeOrder(history=known.interactions, truth=truth, as_of=window.as_of)
                checks[f"order_{name}"] = order
        means = PooledQuality(qualities=qualities, seed=self.seed)
        baselines = tuple(dict.fromkeys([*self.candidate_sources, *self.baselines]))
        differences = Comparison(qualities=qualities, baselines=baselines, seed=self.seed)
        return {"quality": Joined(tables=[means, differences, *others]), **rankers, **checks}

    def judged_windows(self) -> Iterator[tuple[str, Window]]:
        """Part the log for each cut."""
        log = self.log()
        if self.learn_by != "window":
            known = self.cut_off(log, self.as_of, hours=0).log if self.part == VALIDATION else log
            yield "held out", self.cut_off(known, self.as_of, hours=0)
            return
        horizon = timedelta(hours=self.horizon_hours)
        for cut in self.judged_cuts(horizon):
            yield cut.isoformat(), self.cut_off(log.before(cut + horizon), cut + horizon, hours=self.horizon_hours)

    def judged_cuts(self, horizon: timedelta) -> list[datetime]:
        """Tell the cuts; for validation, so many whole days earlier that all ends before the first of them."""
        cuts = [datetime.fromisoformat(cut) for cut in self.cuts] or [self.as_of - horizon]
        days = math.ceil((max(cuts) + horizon - min(cuts)) / DAY) if self.part == VALIDATION else 0
        return [cut - days * DAY for cut in cuts]
