"""Readers with planted tastes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from newsroom.vocabulary import TAGS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
SILENT_SHARE = 0.08
NEW_SHARE = 0.2
DRIFT_SHARE = 0.15
ANSWER_SHARE = 0.4
JAPANESE = 0.7
ONE_LANGUAGE = 0.9


@dataclass(frozen=True)
class People:
    """Readers and robots; tastes are rows of (people, tags) that add up to 1, before and from the second of drift on.

    sessions is the expected number a day, joined the second of the first possible visit, silent people only answer
    the questionnaire.
    """

    ids: npt.NDArray[np.str_]
    before: Floats
    taste: Floats
    drift: Integers
    japanese: Floats
    sessions: Floats
    joined: Integers
    silent: npt.NDArray[np.bool_]
    robot: npt.NDArray[np.bool_]

    def tastes_at(self, people: Integers, second: int) -> Floats:
        """Tell the tastes of some people at one time."""
        return np.where((self.drift[people] <= second)[:, None], self.taste[people], self.before[people])


def gather(count: int, days: int, rng: np.random.Generator) -> People:
    """Draw readers: few tags each, mostly one language, a few very active, some drifting, and a few robots."""
    alpha = 0.7 / (3 + np.arange(len(TAGS))) + 0.02
    before = rng.dirichlet(alpha, count)
    later = rng.dirichlet(alpha, count)
    drift = np.where(rng.random(count) < DRIFT_SHARE, rng.integers(0, days * 86_400, count), days * 86_400)
    kind = rng.random(count)
    robot = np.zeros(count, dtype=bool)
    robot[rng.choice(count, min(3 + count // 2000, count), replace=False)] = True
    silent = ~robot & (rng.random(count) < SILENT_SHARE)
    new = rng.random(count) < NEW_SHARE
    return People(
        ids=np.array([f"m{number:06d}" for number in rng.permutation(count)]),
        before=before,
        taste=np.where((drift < days * 86_400)[:, None], later, before),
        drift=drift,
        japanese=np.select([kind < JAPANESE, kind < ONE_LANGUAGE], [0.97, 0.04], 0.5),
        sessions=np.minimum(0.35 * (1 + rng.pareto(1.6, count)), 6.0) * ~silent * ~robot,
        joined=np.where(new, rng.integers(0, days * 86_400, count), 0),
        silent=silent,
        robot=robot,
    )


def answer(people: People, days: int, rng: np.random.Generator) -> tuple[Integers, list[str], list[str], Integers]:
    """Answer the questionnaire: who, which question, which tags (joined by |), and when in seconds from the start.

    Everybody silent and some others name their one to three favourite tags; a third of them also one they do not want.
    """
    asked = np.flatnonzero(people.silent | (~people.robot & (rng.random(len(people.ids)) < ANSWER_SHARE)))
    order = np.argsort(-people.taste[asked], axis=1)
    several = rng.integers(1, 4, len(asked))
    liked = ["|".join(TAGS[tag] for tag in tags[:many]) for tags, many in zip(order, several, strict=True)]
    unwanted = np.flatnonzero(rng.random(len(asked)) < 1 / 3)
    disliked = [TAGS[order[row, -1]] for row in unwanted]
    earliest = people.joined[asked]
    when = earliest + (rng.random(len(asked)) * (days * 86_400 - earliest)).astype(np.int64)
    questions = ["interests"] * len(asked) + ["not_interested"] * len(unwanted)
    return (
        np.concatenate([asked, asked[unwanted]]),
        questions,
        liked + disliked,
        np.concatenate([when, when[unwanted] + 20]),
    )
