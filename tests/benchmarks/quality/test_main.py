import importlib
from types import SimpleNamespace

import pandas as pd
import pytest

from benchmarks.quality import peers
from benchmarks.quality.peers import PeerError
from tests.benchmarks.quality.cases import listed, written

program = importlib.import_module("benchmarks.quality.__main__")
MODELS = [("toy", "good"), ("toy", "bad"), ("toy", "untuned"), ("toy", "fine")]
SPENT = {"fit_seconds": 1.0, "fit_cpu": 1.0, "recommend_seconds": 1.0, "recommend_cpu": 1.0, "peak_megabytes": 1.0}


@pytest.fixture
def given(tmp_path, monkeypatch):
    """A toy peer one of whose models fails."""

    def run(entry, folder, out, *, seconds, again):
        del folder, out, seconds, again
        if entry.model == "bad":
            raise PeerError("needs a GPU")
        return listed(anna="c"), SPENT

    monkeypatch.setattr(peers, "run", run)
    monkeypatch.setattr(peers, "HERE", tmp_path)
    for _, model in MODELS:
        if model != "untuned":
            peers.note_tuned("films", f"toy {model}", {"params": {}})
    return SimpleNamespace(dataset="films", limit=1.0, again=False, out=tmp_path / "results")


def test_one_peer_fails_and_the_others_go_on(given, tmp_path):
    results = [*program.peer_results(given, [written(tmp_path / "split")], MODELS)]

    assert {result.source: result.failure for result in results} == {
        "toy good": "",
        "toy bad": "needs a GPU",
        "toy untuned": "no tuned parameters; search them by --tune",
        "toy fine": "",
    }
    assert results[3].lists["now"]["item_id"].tolist() == ["c"]


def test_a_search_that_fails_leaves_the_others_theirs(given, tmp_path, monkeypatch):
    def search(peer, model, folder, *, trials, seconds):
        del peer, folder, trials, seconds
        if model == "bad":
            raise PeerError("stopped after 1 s")
        return {"params": {"size": 8}, "validation_ndcg": 0.5, "trials": 2, "search_cpu": 1.0}

    monkeypatch.setattr(peers, "search", search)
    given.trials = 0
    program.tune(given, tmp_path, MODELS)
    tuned = peers.read_tuned("films")

    assert tuned["toy untuned"]["params"] == {"size": 8}
    assert tuned["toy bad"]["params"] == {}


def test_the_table_is_written_for_people_and_programs(given, capsys):
    row = {"source": "toy", "failure": "no", "ndcg": 0.5}
    program.write(pd.DataFrame([row]), given)

    assert (given.out / "films.md").read_text(encoding="utf-8") == capsys.readouterr().out.removesuffix("\n")
    assert pd.read_csv(given.out / "films.csv").to_dict("records") == [row]


def test_an_unknown_data_set_is_refused(capsys):
    with pytest.raises(SystemExit):
        program.parse(["netflix"])
    assert "'netflix'" in capsys.readouterr().err
