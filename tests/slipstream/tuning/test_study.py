"""Trials that are kept, drawn again alike, and go on."""

import json

import optuna
import pytest

from slipstream.stop import Stop
from slipstream.tuning.space import Choice, Range
from slipstream.tuning.study import FOLDER, opened, place

SPACE = {
    ("height",): Range(0.1, 10.0, log=True),
    ("knobs", "weight"): Range(1, 9, step=2),
    ("names",): Choice((["a"], ["a", "b"])),
}
FACTS = {"pipeline": "key"}


def value(values):
    return 0.0 if not values else values["knobs", "weight"] - values["height",]


def go_on(folder, trials, *, seed=0, dies_at=None):
    """Try until there are so many; die in the middle of one where asked."""
    with opened(folder, "Contest", FACTS, SPACE, seed) as study:
        while len(study.tried()) < trials:
            trial, values = study.ask()
            if trial.number == dies_at:
                break
            study.tell(trial, value(values), 1.0)
        return study.tried()


def test_the_first_trial_is_as_configured_and_the_others_lie_in_the_space(tmp_path):
    first, *others = go_on(tmp_path, 15)
    assert (first.number, first.values, first.value) == (0, {}, 0.0)
    assert [trial.number for trial in others] == list(range(1, 15))
    assert all(0.1 <= trial.values["height",] <= 10 for trial in others)
    assert {trial.values["knobs", "weight"] for trial in others} <= {1, 3, 5, 7, 9}
    assert {tuple(trial.values["names",]) for trial in others} == {("a",), ("a", "b")}


def test_it_learns_from_what_it_tried(tmp_path):
    trials = go_on(tmp_path, 31)
    assert sum(trial.value for trial in trials[21:]) / 10 > sum(trial.value for trial in trials[1:11]) / 10 + 1


def test_the_same_seed_draws_the_same_and_another_one_others(tmp_path):
    assert go_on(tmp_path / "one", 14) == go_on(tmp_path / "two", 14)
    assert go_on(tmp_path / "one", 14, seed=1)[1:] != go_on(tmp_path / "two", 14)[1:]


def test_what_was_interrupted_is_drawn_again_and_goes_on_as_it_would_have(tmp_path):
    assert len(go_on(tmp_path / "cut", 14, dies_at=5)) == 5
    assert len(go_on(tmp_path / "cut", 14, dies_at=13)) == 12
    assert go_on(tmp_path / "cut", 14) == go_on(tmp_path / "whole", 14)


def test_a_failure_is_kept_with_its_cause_and_not_tried_again(tmp_path):
    with opened(tmp_path, "Contest", FACTS, SPACE, 0) as study:
        told = study.tell(study.ask()[0], None, 2.0, "no paper")
    with opened(tmp_path, "Contest", FACTS, SPACE, 0) as study:
        assert study.tried() == [told]
    assert (told.number, told.value, told.seconds, told.cause) == (0, None, 2.0, "no paper")


def test_other_facts_seeds_and_spaces_are_other_studies(tmp_path):
    go_on(tmp_path, 1)
    for facts, space, seed in (
        ({"pipeline": "other"}, SPACE, 0),
        (FACTS, {("height",): Range(1.0, 2.0)}, 0),
        (FACTS, SPACE, 1),
    ):
        with opened(tmp_path, "Contest", facts, space, seed) as study:
            assert study.tried() == []
    assert place(tmp_path, "Contest", FACTS) == place(tmp_path, "Contest", dict(FACTS))


def test_one_process_at_a_time(tmp_path):
    with (
        opened(tmp_path, "Contest", FACTS, SPACE, 0),
        pytest.raises(Stop, match="already going on") as stop,
        opened(tmp_path, "Contest", FACTS, SPACE, 0),
    ):
        pass
    assert stop.value.code == 10


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / FOLDER).touch()
    with pytest.raises(Stop, match=r"cannot write .*\.studies"), opened(tmp_path, "Contest", FACTS, SPACE, 0):
        pass


def test_what_a_killed_process_left_is_mended(tmp_path):
    before = go_on(tmp_path, 3)
    [journal] = (tmp_path / FOLDER).iterdir()
    journal.write_bytes(journal.read_bytes() + b'{"op_code": 4, "wor')
    journal.with_name(f"{journal.name}.lock").symlink_to(journal)
    assert go_on(tmp_path, 3) == before
    assert all(json.loads(line) for line in journal.read_text().splitlines())


def test_optuna_reads_it(tmp_path):
    go_on(tmp_path, 4)
    [journal] = (tmp_path / FOLDER).iterdir()
    backend = optuna.storages.journal.JournalFileBackend(str(journal))
    [study] = optuna.study.get_all_study_summaries(optuna.storages.JournalStorage(backend))
    assert (study.study_name, study.n_trials) == (journal.stem, 4)
