"""Events written by several processes and read line by line."""

import multiprocessing
import os
import time

from slipstream.journal import Journal, Reader


def test_events_are_read_once_and_in_order(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    reader = Reader(journal)
    assert list(reader.events()) == []
    journal.write("start", "a")
    journal.write("done", "a", rows=3)
    assert [(event["event"], event["task"], event.get("rows")) for event in reader.events()] == [
        ("start", "a", None),
        ("done", "a", 3),
    ]
    assert list(reader.events()) == []
    journal.write("end", code=0)
    assert [event["event"] for event in reader.events()] == ["end"]


def test_an_unfinished_line_waits(tmp_path):
    path = tmp_path / "journal.jsonl"
    reader = Reader(Journal(path))
    path.write_bytes(b'{"event": "start"}\n{"eve')
    assert len(list(reader.events())) == 1
    with path.open("ab") as file:
        file.write(b'nt": "done"}\n')
    assert [event["event"] for event in reader.events()] == ["done"]


def test_processes_do_not_cut_into_one_another(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")

    def write(name):
        for _ in range(200):
            journal.write("start", name * 300)

    processes = [multiprocessing.get_context("fork").Process(target=write, args=(name,)) for name in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted(event["task"][0] for event in Reader(journal).events()) == ["a"] * 200 + ["b"] * 200


def test_an_event_says_when_it_happened_and_in_which_process(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    began = time.time()
    journal.write("start", "a")
    [event] = Reader(journal).events()

    assert event["pid"] == os.getpid()
    assert began <= event["at"] <= time.time()
