from datetime import UTC, datetime, timedelta

import pytest
from luigi.configuration.cfg_parser import LuigiConfigParser

from slipstream import conf
from slipstream.pipelines import TagScores
from slipstream.tasks.tables import columns
from tests.pipelines.logs import TABLES, Traces, write
from tests.worlds import build as make
from tests.worlds import moment, two_clubs

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
SECTION = "[log]\nas_of = 2024-02-01T00:00:00+00:00\nseed = 7\nbad_share = 0.5\n"


@pytest.fixture
def given(monkeypatch, workspace, tmp_path):
    """Run under an ini file and nothing else."""
    monkeypatch.setattr(LuigiConfigParser, "_config_paths", [])
    monkeypatch.setattr(LuigiConfigParser, "_instance", None)

    def load(text):
        (tmp_path / "given.ini").write_text(text)
        conf.load([tmp_path / "given.ini"])
        conf.set_workspace(workspace)

    return load


@pytest.fixture
def clubs(tmp_path):
    return write(two_clubs(), tmp_path / "clubs")


def test_pipelines_share_the_section_log(given):
    given(SECTION)
    assert (Traces().as_of, Traces().seed, Traces().bad_share) == (AS_OF, 7, 0.5)
    assert TagScores().seed == 7


def test_a_pipelines_own_section_wins_over_the_shared_one_and_an_argument_over_both(given):
    given(SECTION + "[Traces]\nseed = 8\n")
    assert (Traces().seed, Traces().bad_share, TagScores().seed) == (8, 0.5, 7)
    assert (Traces(seed=9).seed, Traces(bad_share=0.25).bad_share) == (9, 0.25)
    later = AS_OF + timedelta(days=1)
    assert Traces(as_of=later).as_of == later


def test_without_files_every_table_is_empty(build):
    for table in vars(Traces(as_of=AS_OF).log()).values():
        made = build(table)
        assert made.empty
        assert list(made.columns) == columns(table.row)


def test_files_of_different_layouts_are_put_together(build, tmp_path):
    (tmp_path / "ours.csv").write_text("user_id,item_id,kind,at\nu,a,view,2024-01-02\n")
    (tmp_path / "theirs.tsv").write_text("who\twhat\twhen\nv\tb\t1704067200\n")
    theirs = {"columns": {"user_id": "who", "item_id": "what", "at": "when"}, "time_unit": "s"}
    sources = [
        {"path": str(tmp_path / "ours.csv")},
        {"path": str(tmp_path / "theirs.tsv"), **theirs, "constants": {"kind": "like"}},
    ]
    made = build(Traces(as_of=AS_OF, events=sources))
    assert made[["user_id", "item_id", "kind"]].to_numpy().tolist() == [["u", "a", "view"], ["v", "b", "like"]]


def test_nothing_at_or_after_as_of_is_seen_and_the_dictionary_is_timeless(build, clubs):
    log = Traces(as_of=moment(9).to_pydatetime(), **clubs).log()
    assert build(log.events)["at"].max() == moment(8)
    assert build(log.searches).empty
    assert build(log.answers).empty
    assert len(build(log.dictionary)) == len(two_clubs().tags)
    later = Traces(as_of=moment(31).to_pydatetime(), **clubs).log()
    assert build(later.searches)["user_id"].to_list() == ["h1"]


def test_users_and_items_of_several_ids_become_one(build, clubs, tmp_path):
    (tmp_path / "users.csv").write_text("alias,id\nh2,h1\n")
    (tmp_path / "items.csv").write_text("alias,id\nheart4,heart3\n")
    aliases = {name: [{"path": str(tmp_path / f"{name}.csv")}] for name in ("users", "items")}
    log = Traces(as_of=AS_OF, user_aliases=aliases["users"], item_aliases=aliases["items"], **clubs).log()
    for table in (log.events, log.searches, log.answers):
        assert "h1" in set(build(table)["user_id"])
        assert "h2" not in set(build(table)["user_id"])
    for table in (log.events, log.items, log.item_tags):
        assert "heart3" in set(build(table)["item_id"])
        assert "heart4" not in set(build(table)["item_id"])


def test_tags_given_by_id_get_their_names(build, tmp_path):
    (tmp_path / "given.csv").write_text("item_id,tag,weight\na,13,1\n")
    (tmp_path / "names.csv").write_text("alias,id\n13,metal\n")
    names = {"item_tags": [{"path": str(tmp_path / "given.csv")}], "tag_names": [{"path": str(tmp_path / "names.csv")}]}
    assert build(Traces(as_of=AS_OF, **names).log().item_tags)["tag"].to_list() == ["metal"]


@pytest.mark.parametrize("remove", [True, False])
def test_robots_are_removed_on_demand(build, tmp_path, remove):
    visits = [("robot", "a", "view", moment(number / 3600)) for number in range(601)]
    files = write(make([("u", "a", "view", moment(1)), *visits], [], []), tmp_path / "visits")
    seen = set(build(Traces(as_of=AS_OF, remove_robots=remove, **files))["user_id"])
    assert seen == ({"u"} if remove else {"u", "robot"})


def test_a_kind_of_the_configuration_is_read_and_weighed(build, tmp_path):
    (tmp_path / "plays.csv").write_text("user_id,item_id,kind,at\nu,a,play,2024-01-02\n")
    events = [{"path": str(tmp_path / "plays.csv")}]
    pipeline = Traces(as_of=AS_OF, kinds={"play": {"strength": "medium", "weight": 4}}, events=events)
    made = build(pipeline.interactions(pipeline.log(), AS_OF))
    assert made[["kind", "strength", "weight"]].to_numpy().tolist() == [["play", "medium", 4.0]]


def test_labels_are_the_traces_of_a_window_without_what_was_searched(build, clubs):
    pipeline = Traces(as_of=AS_OF, **clubs)
    log = pipeline.log()
    assert "search" in set(build(pipeline.interactions(log, AS_OF))["kind"])
    assert set(build(pipeline.labels(log.events, AS_OF))["kind"]) == {"like"}


@pytest.mark.parametrize(
    ("by", "cut"),
    [
        ("time", {"events", "searches", "answers", "item_tags"}),
        ("random", {"events", "searches", "item_tags"}),
    ],
)
def test_what_is_held_out_leaves_every_table_that_tells_of_it(build, clubs, by, cut):
    log = Traces(as_of=AS_OF, **clubs).log()
    left = log.without_held_out(share=0.4, by=by, seed=0)
    assert {name for name in TABLES if getattr(left, name) is not getattr(log, name)} == cut
    held = build(log.events).groupby("user_id").size() - build(left.events).groupby("user_id").size()
    assert set(held) == {1}


def test_what_was_searched_and_answered_after_the_held_out_moment_is_unknown(build, clubs):
    left = Traces(as_of=AS_OF, **clubs).log().without_held_out(share=0.4, by="time", seed=0)
    assert build(left.searches).empty
    assert build(left.answers).empty
