import pandas as pd
import pytest
from gokart.build import GokartBuildError

from slipstream.tasks.data import (
    AliasFile,
    AnswerFile,
    Before,
    Between,
    Contribution,
    Earlier,
    EventFile,
    HumanEvents,
    HumanImpressions,
    Identified,
    ImpressionFile,
    Interactions,
    ItemFile,
    ItemTagFile,
    Joined,
    JudgementFile,
    Later,
    NamedItemTags,
    NamedJudgements,
    Quarantine,
    Robots,
    SearchFile,
    TagFile,
    Users,
)
from slipstream.tasks.tables import Event, Item

AS_OF = pd.Timestamp("2024-01-03T00:00:00Z").to_pydatetime()
EVENTS = "user_id,item_id,kind,at\nu,a,view,2024-01-01\nu,b,like,2024-01-02\nv,a,view,2024-01-03\n"


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "events.csv"
    file.write_text(EVENTS)
    return str(file)


def test_every_file_task_reads_nothing_from_no_path(build):
    for reader in (EventFile, ImpressionFile, SearchFile, AnswerFile, ItemFile, ItemTagFile, TagFile, AliasFile):
        assert build(reader(path="")).empty


def test_a_log_is_cleaned_weighed_and_split(path, build, tmp_path):
    (tmp_path / "aliases.csv").write_text("alias,id\nv,u\n")
    nobody = AliasFile(path="")
    events = EventFile(path=path)
    assert Identified(rows=events, users=nobody, items=nobody).row is Event
    merged = Identified(rows=events, users=AliasFile(path=str(tmp_path / "aliases.csv")), items=nobody)
    assert build(merged)["user_id"].tolist() == ["u", "u", "u"]
    people = HumanEvents(events=events, robots=Robots(events=events, max_per_hour=600))
    assert len(build(people)) == 3
    searches, answers = SearchFile(path=""), AnswerFile(path="")
    weighed = Interactions(events=people, searches=searches, as_of=AS_OF)
    assert len(build(weighed)) == 2
    shares = build(Contribution(interactions=weighed, answers=answers, as_of=AS_OF))
    assert shares["share"].sum() == pytest.approx(1)
    assert build(Earlier(rows=people, events=people))["item_id"].tolist() == ["a", "a"]
    assert build(Later(rows=people, events=people, by="random"))["user_id"].tolist() == ["u"]
    assert len(build(Before(rows=people, as_of=AS_OF))) == 2
    assert len(build(Between(rows=people, since=AS_OF, until=AS_OF.replace(day=4)))) == 1
    assert build(Users(tables=[people, searches]))["user_id"].tolist() == ["u", "v"]
    assert len(build(Joined(tables=[people, events]))) == 6
    assert Joined(tables=[ItemFile(path="")]).row is Item


def test_tag_ids_get_names(build, tmp_path):
    (tmp_path / "given.csv").write_text("item_id,tag\na,13\n")
    (tmp_path / "names.csv").write_text("id,label\n13,metal\n")
    tags = ItemTagFile(path=str(tmp_path / "given.csv"), source={"constants": {"weight": 1}})
    names = AliasFile(path=str(tmp_path / "names.csv"), source={"columns": {"alias": "id", "id": "label"}})
    assert build(NamedItemTags(tags=tags, names=names))["tag"].tolist() == ["metal"]


def test_judged_tag_ids_get_names_and_who_was_not_sure_said_nothing(build, tmp_path):
    (tmp_path / "said.jsonl").write_text(
        '{"item_id": 1, "tag_id": 13, "score": 5}\n{"item_id": 1, "tag_id": 13, "score": -1}\n'
    )
    (tmp_path / "names.csv").write_text("id,label\n13,metal\n")
    source = {"columns": {"tag": "tag_id"}, "skip": {"score": ["-1"]}}
    said = JudgementFile(path=str(tmp_path / "said.jsonl"), source=source)
    names = AliasFile(path=str(tmp_path / "names.csv"), source={"columns": {"alias": "id", "id": "label"}})
    table = build(NamedJudgements(judgements=said, names=names))
    assert table[["item_id", "tag", "score"]].to_numpy().tolist() == [["1", "metal", 5.0]]


def test_the_quarantine_is_there_when_the_file_is_refused(path, build, workspace, tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS + "w,a,view,never\n")
    with pytest.raises(GokartBuildError):
        build(EventFile(path=path))
    kept = list(workspace.rglob("Quarantine_*.parquet"))
    assert pd.read_parquet(kept[0])[["row", "column", "value"]].to_numpy().tolist() == [[4, "at", "never"]]
    assert len(build(EventFile(path=path, bad_share=0.5))) == 3
    assert len(build(Quarantine(path=path, table="Event"))) == 1


def test_the_key_follows_content_and_layout_not_place_or_worth(path, tmp_path):
    key = EventFile(path=path).make_unique_id()
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "events.csv").write_text(EVENTS)
    assert EventFile(path=str(tmp_path / "moved" / "events.csv")).make_unique_id() == key
    assert EventFile(path=path, source={"timezone": "Asia/Tokyo"}).make_unique_id() != key
    light = EventFile(path=path, kinds={"play": {"strength": "weak", "weight": 1}})
    heavy = EventFile(path=path, kinds={"play": {"strength": "weak", "weight": 9}})
    assert light.make_unique_id() == heavy.make_unique_id() != key
    (tmp_path / "events.csv").write_text(EVENTS + "w,a,view,2024-01-01\n")
    assert EventFile(path=path).make_unique_id() != key


def test_files_read_alike_stay_two_files(path, build, tmp_path):
    (tmp_path / "more.csv").write_text(EVENTS.replace("\nu", "\nw"))
    joined = build(Joined(tables=[EventFile(path=path), EventFile(path=str(tmp_path / "more.csv"))]))
    assert joined["user_id"].tolist() == ["u", "u", "v", "v", "w", "w"]


def test_what_robots_were_shown_does_not_count(build, tmp_path):
    rows = "u,a,1,0,2024-01-01\nrobot,a,1,1,2024-01-01\nu,b,first,0,2024-01-01\n"
    (tmp_path / "shown.csv").write_text("user_id,item_id,position,clicked,at\n" + rows)
    visits = "".join(f"robot,i{number},view,2024-01-01T00:00:{number % 60:02}\n" for number in range(99))
    (tmp_path / "events.csv").write_text("user_id,item_id,kind,at\n" + visits)
    shown = ImpressionFile(path=str(tmp_path / "shown.csv"), bad_share=0.5)
    robots = Robots(events=EventFile(path=str(tmp_path / "events.csv")), max_per_hour=50)
    assert build(HumanImpressions(impressions=shown, robots=robots))["user_id"].tolist() == ["u"]
    assert build(shown.requires()["quarantine"])["reason"].tolist() == ["not a whole number"]
