"""The log of pushes as a source of its own."""

import pytest
from tasks.push import PushFile

SOURCE = {"columns": {"user_id": "member", "item_id": "article", "at": "sent_at", "kind": "result"}}
LOG = """member,article,sent_at,result
ann,a,2024-04-11T08:00:00+09:00,opened
ann,b,2024-04-11T12:00:00+09:00,ignored
bob,a,some day,ignored
bob,b,2024-04-11T12:00:00+09:00,?
"""


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "pushes.csv"
    path.write_text(LOG, encoding="utf-8")
    return str(path)


def test_what_can_be_read_is_there_in_utc(log, build):
    table = build(PushFile(path=log, source=SOURCE, bad_share=0.5))
    assert table["kind"].tolist() == ["opened", "ignored"]
    assert table["at"].dt.strftime("%m-%d %H").tolist() == ["04-10 23", "04-11 03"]


def test_what_cannot_be_read_is_set_aside_with_its_reason(log, build):
    task = PushFile(path=log, source=SOURCE, bad_share=0.5)
    build(task)
    bad = build(task.inputs()["quarantine"])
    assert bad[["row", "column", "value"]].values.tolist() == [[3, "sent_at", "some day"], [4, "result", "?"]]
    assert bad["reason"].str.contains("no time|unknown kind").all()
