"""Users and items in one space, learnt from the order in which users touched items by self-attention."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.embedding.als import Factors, nothing
from slipstream.tasks.matrices import Integers, distinct, positions
from slipstream.tasks.tables import Interaction
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding

NEEDED = "self-attention needs PyTorch; install it by: pip install 'slipstream[torch]'"


@dataclass(frozen=True)
class Lesson:
    """How a network of self-attention is shaped and how it learns."""

    size: int
    layers: int
    epochs: int
    learning_rate: float
    negatives: int
    seed: int


def attention_factors(interactions: DataFrame[Interaction], *, length: int, lesson: Lesson) -> Factors:
    """Learn which like follows which from each user's likes in the order of time (SASRec, Kang and McAuley 2018).

    A user's vector is what the network makes of the last `length` likes; likes of one moment are put in order by
    chance. With negatives 0 the next item is learnt among all items (softmax), else among so many drawn ones by gBCE
    (gSASRec, Petrov and Macdonald 2023), for catalogues whose whole softmax is too large. Needs PyTorch. On a CPU the
    same likes and seed give the same bytes.
    """
    try:
        from slipstream.tasks.embedding.attention_network import learn
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(NEEDED, name=error.name) from error
    users, items, sequences = read_sequences(interactions, seed=lesson.seed)
    if len(items) < 2:
        return nothing(lesson.size)
    taught, latest = cut(sequences, length=length), pad([sequence[-length:] for sequence in sequences], length)
    people, things = learn(taught, latest, items=len(items), lesson=lesson)
    return Factors(UserEmbedding(users, people), ItemEmbedding(items, things))


def read_sequences(interactions: DataFrame[Interaction], *, seed: int) -> tuple[pd.Index, pd.Index, list[Integers]]:
    """Put each user's likes in the order of time: the users, the items, and a sequence a user of places from 1."""
    liked = interactions[interactions["weight"] > 0].sort_values(["user_id", "at", "item_id"])
    liked = liked.assign(chance=np.random.default_rng(seed).random(len(liked)))
    liked = liked.sort_values(["user_id", "at", "chance"])
    users, items = distinct(liked["user_id"]), distinct(liked["item_id"])
    places = positions(liked["item_id"], items) + 1
    ends = np.flatnonzero(np.diff(positions(liked["user_id"], users))) + 1
    return users, items, np.split(places, ends)


def cut(sequences: Sequence[Integers], *, length: int) -> Integers:
    """Cut sequences into rows of at most length + 1 places that overlap by one, the latest ones whole."""
    rows = [
        sequence[max(end - length - 1, 0) : end] for sequence in sequences for end in range(len(sequence), 1, -length)
    ]
    return pad(rows, length + 1)


def pad(rows: Sequence[Integers], width: int) -> Integers:
    """Fill rows up with 0 behind their ends: shape (number of rows, width)."""
    padded = np.zeros((len(rows), width), np.int64)
    for number, row in enumerate(rows):
        padded[number, : len(row)] = row
    return padded
