"""Interests foreseen from a log, and what kinds of trace are worth for that, chosen on its last part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slipstream.pipelines.knowledge import Knowledge
from slipstream.tasks.base import Table
from slipstream.tasks.data import Between, Contribution, Interactions, Later
from slipstream.tasks.evaluation import LaterTags
from slipstream.tasks.linking import LinkedItemTags
from slipstream.tasks.tables import Interaction, ItemTag, ItemTagScore, UserTag
from slipstream.tasks.tagging import KindWorths, UserTagScores

FORESIGHT: dict[str, Any] = {"shrinkage": 10, "lift": 0, "sharpness": 1}


@dataclass(frozen=True)
class Question:
    """What was known at a cut, the tags given to items then, what items say, and the tags that people turned to."""

    cut: str
    known: Knowledge
    given: Table[ItemTag]
    voices: Table[ItemTagScore]
    wanted: Table[UserTag]


@dataclass(frozen=True)
class Foresight:
    """How interests are foreseen: the parameters of UserTagScores, and the later traces to learn from.

    by: "window" of `hours` at the end of a log, or the last ("time") or a "random" `share` of each user's events.
    """

    knobs: Mapping[str, Any]
    by: str
    hours: float
    share: float
    relevant: tuple[str, ...]

    def cut_off(self, whole: Knowledge) -> Question:
        """Part a log at one moment for everybody, or by what is held out of each user's events."""
        log, until, pipeline = whole.log, whole.as_of, whole.pipeline
        if self.by == "window":
            since = until - timedelta(hours=self.hours)
            known = Knowledge(pipeline, log.before(since), since)
            later: Table[Any] = Between(rows=log.events, since=since, until=until)
        else:
            held: dict[str, Any] = {"share": self.share, "by": self.by, "seed": pipeline.seed}
            known = Knowledge(pipeline, log.without_held_out(**held), until)
            later = Later(rows=log.events, events=log.events, **held)
        wanted = LaterTags(
            truth=pipeline.labels(later, until),
            seen=known.interactions,
            item_tags=LinkedItemTags(item_tags=log.item_tags, vocabulary=known.vocabulary),
            relevant=self.relevant,
        )
        return Question(self.by, known, known.given_tags, known.voices, wanted)

    def scores(self, known: Knowledge, interactions: Table[Interaction], **inputs: Any) -> UserTagScores:  # noqa: ANN401
        """Score the tags of people by all that is known, from traces of some weight."""
        usual: dict[str, Any] = {"item_tags": known.voices, "given": [known.given_tags]}
        foreseen: UserTagScores = known.user_tags(known.log.answers).clone(
            interactions=interactions, **{**usual, **inputs}, **self.knobs
        )
        return foreseen

    def worths(self, known: Knowledge) -> KindWorths:
        """Choose what kinds are worth on the last part of what is known."""
        inner = self.cut_off(known)
        knobs = {name: value for name, value in self.knobs.items() if name in {"shrinkage", "sharpness"}}
        return KindWorths(
            interactions=inner.known.interactions,
            item_tags=inner.voices,
            wanted=inner.wanted,
            kinds=known.pipeline.kinds,
            as_of=inner.known.as_of,
            **knobs,
        )


def reweighed(known: Knowledge, worths: Sequence[KindWorths]) -> Interactions:
    """Weigh the known traces by what their kinds were found to be worth."""
    log = known.log
    knobs: dict[str, Any] = {"kinds": known.pipeline.kinds, "as_of": known.as_of, "worths": list(worths)}
    return Interactions(events=log.events, searches=log.searches, **knobs)


def contribution(known: Knowledge, worths: Sequence[KindWorths]) -> Contribution:
    """Report what each kind contributes by what it is worth."""
    traces: dict[str, Any] = {"interactions": reweighed(known, worths), "answers": known.log.answers}
    return Contribution(**traces, kinds=known.pipeline.kinds, as_of=known.as_of, worths=list(worths))
