"""What each source and each group of features is worth to the recommendations."""

from collections.abc import Sequence
from typing import Any

import luigi

from slipstream.pipelines.backtest import RECOMMEND, Backtest
from slipstream.tasks.base import Table
from slipstream.tasks.data import Joined
from slipstream.tasks.evaluation import Comparison, PooledQuality
from slipstream.tasks.tables import UserQuality

TAGGED = ("tags", "ease_tags", "edlae_tags", "ials_tags", "content")


class Ablation(Backtest):
    """The recommendations of a backtest beside those made without one source, one group of features, or any tags.

    The product compares the whole with each part left out: "recommend" less "without ease", user by user, is what ease
    is worth. Each ranker is learnt anew. `groups` are patterns of feature groups, like "popular" or "embedding_*".
    """

    groups: luigi.ListParameter[tuple[str, ...]] = luigi.ListParameter(
        default=("popular", "trending", "fresh", "user", "tags", "agreement", "embedding_*", "source_*")
    )

    def requires(self) -> dict[str, Any]:
        """Recommend with and without each part, judge and compare."""
        qualities: list[Table[UserQuality]] = []
        variants = self.variants()
        for name, window in self.judged_windows():
            lists = {}
            for label, pipeline in {RECOMMEND: self, **variants}.items():
                stage = pipeline.stage(window)
                lists[label] = stage.finish.lists(stage.ranked(pipeline.ranker(window.log, window.as_of)))
            qualities += self.judge(lists, name, window, self.stage(window))
        means = PooledQuality(qualities=qualities, seed=self.seed)
        worth = Comparison(qualities=qualities, baselines=tuple(variants), seed=self.seed)
        return {"quality": Joined(tables=[means, worth])}

    def variants(self) -> dict[str, "Ablation"]:
        """Name the pipelines that lack a part."""
        sources, tagged = tuple(self.candidate_sources), [name for name in self.candidate_sources if name in TAGGED]
        lacking = {f"without {name}": self.less([name]) for name in sources if len(sources) > 1}
        lacking |= {f"without features {group}": self.less([], [group]) for group in self.groups}
        if 0 < len(tagged) < len(sources):
            lacking["without any tags"] = self.less(tagged, ["tags"])
        return lacking

    def less(self, sources: Sequence[str], groups: Sequence[str] = ()) -> "Ablation":
        """Leave out some sources and groups of features."""
        kept = tuple(name for name in self.candidate_sources if name not in sources)
        trees = {**self.trees, "without": [*self.trees.get("without", ()), *groups]} if groups else self.trees
        incumbent = self.incumbent if self.incumbent in kept else ""
        pipeline: Ablation = self.clone(candidate_sources=kept, trees=trees, incumbent=incumbent)
        return pipeline
