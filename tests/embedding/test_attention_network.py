"""The parts of the network, and that chance and threads do not matter."""

import numpy as np
import pytest
import torch

from slipstream.tasks.embedding.attention import Lesson
from slipstream.tasks.embedding.attention_network import (
    BATCH,
    Network,
    calibrated,
    draws,
    learn,
    loss,
    settled,
    vectors,
)

LESSON = Lesson(size=4, layers=2, epochs=2, learning_rate=0.01, negatives=0, seed=3)
CPU = torch.device("cpu")
ROWS = np.array([[1, 2, 3, 4], [2, 3, 0, 0], [4, 1, 2, 0]])


@pytest.fixture
def network():
    with settled(0, CPU):
        return Network(4, 3, LESSON).eval()


def test_a_state_knows_nothing_of_what_comes_later(network):
    one, other = network(torch.tensor([[1, 2, 3], [1, 2, 4]]))
    assert torch.equal(one[:2], other[:2])
    assert not torch.equal(one[2], other[2])


def test_what_is_filled_up_changes_no_state_before_it(network):
    [padded], [short] = network(torch.tensor([[2, 3, 0]])), network(torch.tensor([[2, 3]]))
    assert torch.allclose(padded[:2], short, atol=1e-6)


def test_a_row_is_told_by_its_last_item(network):
    told = vectors(network, torch.tensor([[1, 2, 0], [4, 1, 2]]))
    states = network(torch.tensor([[1, 2, 0], [4, 1, 2]])).detach().numpy()
    assert np.allclose(told, [states[0, 1], states[1, 2]], atol=1e-6)


def test_the_softmax_is_over_all_items_at_all_places_that_have_a_next(network):
    rows = torch.as_tensor(ROWS)
    logits = network(rows[:, :-1]) @ network.items.weight[1:].T
    places = [(row, place) for row in range(3) for place in range(3) if ROWS[row, place + 1]]
    expected = [-torch.log_softmax(logits[row, place], 0)[ROWS[row, place + 1] - 1] for row, place in places]
    assert loss(network, rows, 0).item() == pytest.approx(float(torch.stack(expected).mean().detach()), rel=1e-5)


def test_the_calibrated_loss_follows_its_formula(network, monkeypatch):
    states, right = torch.randn(2, 4), torch.tensor([1, 2])
    monkeypatch.setattr(torch, "randint", lambda *_, **__: torch.tensor([2, 3]))
    positive = torch.sigmoid((states * network.items.weight[right]).sum(1)) ** (2 / 3 * (0.75 * (1 - 1.5) + 1.5))
    negative = torch.sigmoid(states @ network.items.weight[[2, 3]].T)
    first = -(positive[0].log() + (1 - negative[0]).log().sum())
    second = -(positive[1].log() + (1 - negative[1, 1]).log())  # item 2 is the right one there
    expected = (first + second) / 2 / 3
    assert calibrated(network, states, right, 2).item() == pytest.approx(expected.item(), rel=1e-5)


def test_every_row_is_drawn_once_an_epoch():
    batches = list(draws(BATCH + 6, LESSON))
    assert [len(batch) for batch in batches] == [BATCH, 6, BATCH, 6]
    assert sorted(np.concatenate(batches[:2])) == list(range(BATCH + 6))
    assert not np.array_equal(batches[0], batches[2])


@pytest.mark.parametrize("negatives", [0, 2])
def test_the_same_seed_gives_the_same_bytes_whatever_went_before(negatives):
    lesson = Lesson(**{**vars(LESSON), "negatives": negatives})
    one = learn(ROWS, ROWS[:, 1:], items=4, lesson=lesson)
    torch.manual_seed(99)
    torch.set_num_threads(2)
    other = learn(ROWS, ROWS[:, 1:], items=4, lesson=lesson)
    assert [part.tobytes() for part in one] == [part.tobytes() for part in other]
    assert [part.shape for part in one] == [(3, 4), (4, 4)]
    further = learn(ROWS, ROWS[:, 1:], items=4, lesson=Lesson(**{**vars(lesson), "seed": 4}))
    assert further[0].tobytes() != one[0].tobytes()


def test_the_process_is_left_as_it_was():
    torch.set_num_threads(2)
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    with settled(0, CPU):
        assert torch.get_num_threads() == 1
        torch.rand(3)
    assert torch.rand(1) == expected
    assert torch.get_num_threads() == 2
    assert not torch.are_deterministic_algorithms_enabled()
