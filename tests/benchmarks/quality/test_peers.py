import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.quality import peers
from benchmarks.quality.ours import DATASETS
from benchmarks.quality.peers import Entry, PeerError, read_lists
from tests.benchmarks.quality.cases import listed, written

ENTRY = Entry("toy", "popular", {"traces": "relevant"})
TOY = """
import pandas as pd

from benchmarks.quality.peer import Model, listed


def learn(traces, params):
    return lambda users, top: listed(users, [traces.popular] * len(users))


def fail(traces, params):
    raise MemoryError("no room for 9 GB")


MODELS = {
    "popular": Model(learn, lambda trial: {}, {}, trials=1),
    "greedy": Model(fail, lambda trial: {}, {}, trials=1),
    "slow": Model(lambda traces, params: __import__("time").sleep(60), lambda trial: {}, {}, trials=1),
}
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A peer whose environment is ours."""
    home = tmp_path / "quality"
    (home / "peers/toy").mkdir(parents=True)
    (home / "peers/toy/models.py").write_text(TOY)
    (home / "peers/toy/requirements.txt").write_text("")
    for name in ("peer.py", "traces.py"):
        (home / name).write_text((peers.HERE / name).read_text())
    program = home / "python"
    code = f"import sys; from pathlib import Path; from benchmarks.quality import peer; peer.HERE = Path({str(home)!r})"
    program.write_text(f'#!/bin/sh\nshift 2\nexec "{sys.executable}" -c "{code}; peer.main(sys.argv[1:])" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(peers, "HERE", home)
    monkeypatch.setattr(peers, "interpreter", lambda _: program)
    return written(tmp_path / "split"), tmp_path / "out"


def test_a_peer_gives_lists_and_tells_what_they_took_and_is_not_asked_twice(toy):
    folder, out = toy
    lists, times = peers.run(ENTRY, folder, out, seconds=60, again=False)

    assert lists.groupby("user_id")["item_id"].agg("".join)["emil"] == "abc"
    assert set(times) == {"fit_seconds", "fit_cpu", "recommend_seconds", "recommend_cpu", "peak_megabytes"}
    (out / "times.json").write_text(json.dumps({"kept": 1}))
    assert peers.run(ENTRY, folder, out, seconds=60, again=False)[1] == {"kept": 1}


def test_a_peer_that_fails_says_why(toy):
    folder, out = toy

    with pytest.raises(PeerError, match="MemoryError: no room for 9 GB"):
        peers.run(Entry("toy", "greedy", {}), folder, out, seconds=60, again=False)


def test_a_peer_that_takes_too_long_is_stopped(toy):
    folder, out = toy

    with pytest.raises(PeerError, match="stopped after 1 s"):
        peers.run(Entry("toy", "slow", {}), folder, out, seconds=1, again=False)


@pytest.mark.parametrize("change", ["train.parquet", "facts.json", "params"])
def test_what_was_made_from_something_else_is_made_anew(toy, change):
    folder, _ = toy
    before = peers.identify(ENTRY, folder)
    entry = Entry("toy", "popular", {"traces": "positive"}) if change == "params" else ENTRY
    if change != "params":
        (folder / change).write_bytes(b"else")

    assert peers.identify(entry, folder) != before


def test_lists_without_a_rank_are_refused(tmp_path):
    listed(anna="a b")[["user_id", "item_id"]].to_parquet(tmp_path / "lists.parquet")

    with pytest.raises(PeerError, match=r"lists.parquet has no column 'rank'; found user_id, item_id"):
        read_lists(tmp_path / "lists.parquet")


@pytest.mark.parametrize(
    ("lists", "pair"),
    [
        (listed(anna="a b a"), "user_id and item_id"),
        (pd.concat([listed(anna="a b"), listed(anna="c")]), "user_id and rank"),
    ],
)
def test_lists_that_repeat_something_are_refused(tmp_path, lists, pair):
    lists.to_parquet(tmp_path / "lists.parquet")

    with pytest.raises(PeerError, match=rf"1 of 3 rows of lists.parquet repeat {pair}"):
        read_lists(tmp_path / "lists.parquet")


def test_a_peer_that_wrote_nothing_is_told_of(tmp_path):
    with pytest.raises(PeerError, match=r"wrote no lists.parquet"):
        read_lists(tmp_path / "lists.parquet")


def test_what_searches_found_is_kept_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "HERE", tmp_path)
    peers.note_tuned("films", "toy popular", {"params": {"hours": 1}})
    peers.note_tuned("films", "toy greedy", {"params": {}})

    assert peers.read_tuned("films") == {"toy popular": {"params": {"hours": 1}}, "toy greedy": {"params": {}}}
    assert peers.read_tuned("songs") == {}


def test_every_peer_has_models_and_requirements():
    homes = [peers.HERE / "peers" / peer for peer in peers.PEERS]

    assert [home for home in homes if not (home / "models.py").exists()] == []
    assert [home for home in homes if "==" not in (home / "requirements.txt").read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("path", sorted((peers.HERE / "tuned").glob("*.json")), ids=lambda path: path.stem)
def test_tuned_parameters_tell_how_they_were_found(path):
    assert path.stem in DATASETS
    for name, found in json.loads(path.read_text(encoding="utf-8")).items():
        peer, model = name.split()
        assert model in peers.PEERS[peer]
        assert set(found["params"]) <= set(found["space"])
        assert found["trials"] >= 1
        assert found["validation_ndcg"] >= found["first_trial_ndcg"]


def test_the_makefile_runs_the_benchmark():
    rules = (Path(peers.ROOT) / "Makefile").read_text(encoding="utf-8")

    assert "\nbench-quality: " in rules
    assert "-m benchmarks.quality $(DATASET)" in rules
