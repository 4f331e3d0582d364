"""Running a pipeline once, in silence."""

from slipstream.graph import State
from slipstream.tuning.trying import attempt
from tests.slipstream.tuning.toys import Contest


def silent(_):
    pass


def test_what_is_missing_runs_and_is_found_the_next_time():
    first, second = (attempt(Contest(), 1, silent) for _ in range(2))
    assert (first.run, first.cached, first.cause) == (5, 0, "")
    assert (second.run, second.cached, second.cause) == (0, 5, "")
    assert [type(task).__name__ for task in second.tasks()][-1] == "Hits"
    assert Contest().complete()


def test_the_board_is_shown_while_it_runs():
    seen = []
    attempt(Contest(), 2, lambda board: seen.append(states(board)))
    assert seen[0] == [State.WAITING] * 5
    assert seen[-1] == [State.DONE] * 5


def test_a_failure_names_its_cause():
    pipeline = Contest(knobs={"gifts": {"colour": "broken"}})
    made = attempt(pipeline, 1, silent)
    assert (made.run, made.cached) == (3, 0)
    assert made.cause == "Gifts failed: ValueError: nobody makes it in this colour; take another one"


def states(board):
    return [line.state for line in board.lines.values()]
