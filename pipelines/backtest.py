"""How good the recommendations would have been."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import luigi
from pandera.typing import DataFrame

from slipstream.pipelines.ranking import Ranked, Stage, Window
from slipstream.tasks.base import Table, Task
from slipstream.tasks.data import Joined, Users
from slipstream.tasks.evaluation import CatalogueQuality, Comparison, PooledQuality, TimeOrder, UserQualities
from slipstream.tasks.recommendation import Ranker
from slipstream.tasks.tables import Candidate, Metric, UserQuality

RECOMMEND, BEFORE = "recommend", "recommend before diversity"


class Backtest(Ranked[DataFrame[Metric]]):
    """Recommendations as of earlier moments, judged by what people did next, beside baselines.

    With learn_by window, each of `cuts` (times; as_of less horizon_hours when none is given) is judged by the
    horizon_hours that follow it; otherwise the last or a random share of each user's events is held out. The
    ranker learns from further windows before that. Every item of the catalogue is ranked.
    """

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
            offered = stage.finish.offered
            judged: dict[str, Any] = {"truth": truth, "seen": known.interactions, "catalogue": offered}
            judged |= {"ks": self.ks, "relevant": self.relevant}
            lists: dict[str, Table[Any]] = {RECOMMEND: stage.recommendations(ranker)}
            lists |= {name: self.other(name, stage, ranker) for name in self.others()}
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
        differences = Comparison(qualities=qualities, baselines=self.others(), seed=self.seed)
        return {"quality": Joined(tables=[means, differences, *others]), **rankers, **checks}

    def others(self) -> tuple[str, ...]:
        """Name the lists that the recommendations are compared with."""
        before = [BEFORE] if self.is_diverse else []
        return tuple(dict.fromkeys([*self.candidate_sources, *self.baselines, *before]))

    def other(self, name: str, stage: Stage, ranker: Ranker) -> Table[Candidate]:
        """Make the lists of one source, or what would be recommended without diversity, under the same rules."""
        return stage.finish.pinned(stage.ranked(ranker)) if name == BEFORE else stage.offered.source(name)

    def judged_windows(self) -> Iterator[tuple[str, Window]]:
        """Part the log for each cut."""
        log = self.log()
        if self.learn_by != "window":
            yield "held out", self.cut_off(log, self.as_of, hours=0)
            return
        horizon = timedelta(hours=self.horizon_hours)
        cuts = [datetime.fromisoformat(cut) for cut in self.cuts] or [self.as_of - horizon]
        for cut in cuts:
            yield cut.isoformat(), self.cut_off(log.before(cut + horizon), cut + horizon, hours=self.horizon_hours)
