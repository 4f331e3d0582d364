"""The graph drawn: a box a task, a curve an edge."""

import re
from xml.etree import ElementTree as ET

from slipstream.report.picture import graph, shorten

SVG = "{*}"


def drawn(run):
    return ET.fromstring(graph(run))


def test_every_task_has_a_box_that_leads_to_its_row(finished):
    run = finished
    boxes = drawn(run).findall(f".//{SVG}a")

    assert [box.get("href") for box in boxes] == [f"#row-{task.number}" for task in run.tasks]
    assert [box.get("data-task") for box in boxes] == ["0", "1", "2", "3"]
    assert boxes[0].find(f"{SVG}text").text == "Refused"
    assert re.search(r"3 rows$", boxes[0].findall(f"{SVG}text")[1].text)


def test_every_edge_is_drawn_once(finished):
    run = finished
    edges = [path for path in drawn(run).findall(f".//{SVG}path") if path.get("class") == "edge"]

    assert {(edge.get("data-from"), edge.get("data-to")) for edge in edges} == {("0", "1"), ("1", "2"), ("2", "3")}
    assert all(edge.get("d").startswith("M") for edge in edges)


def test_a_state_is_told_by_class_sign_and_word(broken):
    run = broken
    boxes = {box.find(f"{SVG}text").text: box for box in drawn(run).findall(f".//{SVG}a")}

    assert boxes["Speech"].get("class") == "node failed"
    assert boxes["Applause"].get("class") == "node not-run product"
    assert len({box.find(f"{SVG}path").get("d") for box in boxes.values()}) == 3
    assert "failed" in boxes["Speech"].findall(f"{SVG}text")[1].text


def test_long_names_are_cut():
    assert shorten("Short", 100, "name") == "Short"
    assert shorten("AVeryLongNameOfATask", 70, "name") == "AVeryLong…"
