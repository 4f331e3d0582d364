"""A network of self-attention over sequences of items, and how it learns; needs PyTorch."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from slipstream.tasks.embedding.attention import Lesson
from slipstream.tasks.matrices import Integers
from slipstream.tasks.vectors import Matrix

DROPOUT = 0.2
BATCH = 16
SPREAD = 0.02
CALIBRATION = 0.75


class Block(nn.Module):
    """Each place of a sequence hears what stands before it, then thinks for itself."""

    def __init__(self, size: int) -> None:
        """Prepare for vectors of a size."""
        super().__init__()
        self.hearing, self.thinking = nn.LayerNorm(size), nn.LayerNorm(size)
        self.heard, self.said = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.wide, self.narrow = nn.Linear(size, 4 * size), nn.Linear(4 * size, size)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, states: Tensor) -> Tensor:
        """Turn states of shape (rows, places, size) into others."""
        query, key, value = self.heard(self.hearing(states)).chunk(3, dim=-1)
        dropped = DROPOUT if self.training else 0.0
        heard = functional.scaled_dot_product_attention(query, key, value, is_causal=True, dropout_p=dropped)
        states = states + self.drop(self.said(heard))
        thought: Tensor = self.drop(self.narrow(functional.gelu(self.wide(self.thinking(states)))))
        return states + thought


class Network(nn.Module):
    """From sequences of items, 0 being none, to one state a place; its product with an item's vector is a score."""

    def __init__(self, items: int, length: int, lesson: Lesson) -> None:
        """Prepare for so many items and places."""
        super().__init__()
        self.items = nn.Embedding(items + 1, lesson.size, padding_idx=0)
        self.places = nn.Embedding(length, lesson.size)
        for table in (self.items, self.places):
            nn.init.normal_(table.weight, std=SPREAD)
        self.blocks = nn.Sequential(*(Block(lesson.size) for _ in range(lesson.layers)))
        self.last, self.drop = nn.LayerNorm(lesson.size), nn.Dropout(DROPOUT)

    def forward(self, sequences: Tensor) -> Tensor:
        """Turn sequences of shape (rows, places) into states of shape (rows, places, size)."""
        states = self.items(sequences) + self.places.weight[: sequences.shape[1]]
        found: Tensor = self.last(self.blocks(self.drop(states)))
        return found


def learn(taught: Integers, latest: Integers, *, items: int, lesson: Lesson) -> tuple[Matrix, Matrix]:
    """Learn from rows of places what comes next; give a vector a row of `latest` and one an item."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with settled(lesson.seed, device):
        network = Network(items, latest.shape[1], lesson).to(device)
        rows = torch.as_tensor(taught, device=device)
        optimiser = torch.optim.Adam(network.parameters(), lr=lesson.learning_rate)
        for chosen in draws(len(rows), lesson):
            optimiser.zero_grad()
            loss(network, rows[chosen], lesson.negatives).backward()
            optimiser.step()
        return vectors(network, torch.as_tensor(latest, device=device)), network.items.weight[1:].detach().cpu().numpy()


def draws(rows: int, lesson: Lesson) -> Iterator[Integers]:
    """Draw batches of rows, each row once an epoch."""
    chance = np.random.default_rng(lesson.seed)
    for _ in range(lesson.epochs):
        order = chance.permutation(rows)
        yield from (order[start : start + BATCH] for start in range(0, rows, BATCH))


def loss(network: Network, rows: Tensor, negatives: int) -> Tensor:
    """Measure how badly the items that come next are foreseen, on average over all places that have a next one."""
    rows = rows[:, : int((rows > 0).sum(dim=1).max())]
    following = rows[:, 1:]
    real = following > 0
    states, right = network(rows[:, :-1])[real], following[real]
    if not negatives:
        return functional.cross_entropy(states @ network.items.weight[1:].T, right - 1)
    return calibrated(network, states, right, negatives)


def calibrated(network: Network, states: Tensor, right: Tensor, negatives: int) -> Tensor:
    """Measure gBCE: the positive's sigmoid to the power that makes up for drawing `negatives` of all other items."""
    others = len(network.items.weight) - 2
    drawn = torch.randint(1, others + 2, (negatives,), device=right.device)
    share = min(negatives / others, 1.0)
    power = share * (CALIBRATION * (1 - 1 / share) + 1 / share)
    hit = (states * network.items(right)).sum(dim=1)
    missed = (states @ network.items(drawn).T).masked_fill(drawn == right[:, None], -torch.inf)
    errors = functional.softplus(missed).sum(dim=1) + power * functional.softplus(-hit)
    return errors.mean() / (negatives + 1)


@torch.no_grad()
def vectors(network: Network, latest: Tensor) -> Matrix:
    """Give the state of the last item of each row."""
    network.eval()
    ends = (latest > 0).sum(dim=1) - 1
    parts = zip(latest.split(BATCH), ends.split(BATCH), strict=True)
    states = [network(rows)[torch.arange(len(rows), device=rows.device), last] for rows, last in parts]
    return np.asarray(torch.cat(states).cpu().numpy(), dtype=np.float32)


@contextmanager
def settled(seed: int, device: torch.device) -> Iterator[None]:
    """Have chance begin at the seed and sums have one order: one thread, and no algorithm that is free in it."""
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True, warn_only=device.type != "cpu")
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(strict)
