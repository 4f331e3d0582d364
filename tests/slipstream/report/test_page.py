"""The page as a browser shows it."""

import re
from dataclasses import replace
from itertools import combinations

from slipstream.report.facts import RunFacts
from slipstream.report.page import page
from tests.slipstream.report.test_layout import some_graph


def test_the_page_asks_for_nothing_and_complains_of_nothing(broken, look):
    window = look(broken)

    assert [url.partition(":")[0] for url in window.requests] == ["file"]
    assert window.complaints == []
    assert window.tab.title().startswith("Gala, failed, ")


def test_the_page_names_no_place_of_a_network(finished):
    text = page(finished)

    assert not re.search(r"""(?:src|href|action|data)\s*=\s*["']?\s*(?:https?:)?//""", text)
    assert not re.search(r"url\((?!#)|@import|https?://", text)


def test_what_a_task_says_is_shown_and_not_obeyed(broken, look):
    window = look(broken)

    assert "taken" not in window.tab.title()
    assert window.tab.locator("#failures .error").inner_text() == (
        "ValueError: no words for </script><script>document.title = 'taken'</script>"
    )


def test_a_failed_task_is_seen_at_once(broken, look):
    tab = look(broken).tab

    assert tab.locator("h1 .outcome").inner_text() == "failed"
    assert tab.locator(".tile.failed b").inner_text() == "1"
    assert tab.locator("#graph .node.failed").is_visible()
    assert tab.locator("#failures").bounding_box()["y"] < 900
    assert tab.locator("#table tr.failed").inner_text().split()[:2] == ["failed", "Speech"]


def test_no_two_boxes_of_the_graph_overlap(finished, look):
    boxes = [node.bounding_box() for node in look(finished).tab.locator("#graph .node > rect").all()]

    assert len(boxes) == 4
    for one, other in combinations(boxes, 2):
        assert abs(one["x"] - other["x"]) >= one["width"] or abs(one["y"] - other["y"]) >= one["height"]


def test_ninety_tasks_are_told_apart_and_readable(finished, look):
    graph = {task: list(map(int, befores)) for task, befores in some_graph(90).items()}
    tasks = [replace(finished.tasks[1], number=int(task), upstream=tuple(before)) for task, before in graph.items()]
    tab = look(RunFacts(finished.record, tuple(tasks))).tab
    boxes = [node.bounding_box() for node in tab.locator("#graph .node > rect").all()]
    letters = tab.evaluate("document.querySelector('#node-0 .name').getBoundingClientRect().height")

    assert len(boxes) == 90
    assert letters > 9
    for one, other in combinations(boxes, 2):
        assert abs(one["x"] - other["x"]) >= one["width"] or abs(one["y"] - other["y"]) >= one["height"]


def test_every_name_fits_into_its_box(finished, look):
    tab = look(finished).tab
    for node in tab.locator("#graph .node").all():
        box = node.locator("rect").bounding_box()
        for text in node.locator("text").all():
            words = text.bounding_box()
            assert words["x"] + words["width"] < box["x"] + box["width"]


def test_a_click_on_a_task_lights_its_neighbours_and_jumps_to_its_row(finished, look):
    tab = look(finished).tab
    tab.locator("#node-1").click()

    assert {node.get_attribute("data-task") for node in tab.locator("#graph .node.on").all()} == set("0123")
    assert tab.locator("tr.chosen").get_attribute("id") == "row-1"
    assert 0 < tab.locator("#row-1").bounding_box()["y"] < 900
    tab.locator("#row-3 .to-graph").click()
    assert tab.locator("#graph .edge.on").count() == 3
    assert 0 < tab.locator("#node-3").bounding_box()["y"] < 900
    tab.keyboard.press("Escape")
    assert tab.locator("#graph.lit").count() == 0


def test_a_click_on_a_heading_sorts_and_a_second_one_turns_round(finished, look):
    tab = look(finished).tab

    def rows():
        return [row.get_attribute("id") for row in tab.locator("#table tbody tr").all()]

    tab.get_by_role("button", name="rows").click()
    assert rows() == ["row-3", "row-0", "row-2", "row-1"]
    tab.get_by_role("button", name="rows").click()
    assert rows() == ["row-1", "row-0", "row-2", "row-3"]
    tab.get_by_role("button", name="task").click()
    assert rows() == ["row-3", "row-0", "row-1", "row-2"]


def test_unknown_values_stay_last_whichever_way_a_column_is_sorted(broken, look):
    tab = look(broken).tab
    for _ in range(2):
        tab.get_by_role("button", name="peak memory").click()
        last = [row.get_attribute("id") for row in tab.locator("#table tbody tr").all()][2:]
        assert last == ["row-2", "row-3"]


def test_words_narrow_the_table(finished, look):
    tab = look(finished).tab
    tab.locator("#find").fill("appl run")

    assert tab.locator("#table tbody tr:visible").count() == 1


def test_zoom_makes_the_graph_larger_and_fit_takes_it_back(finished, look):
    tab = look(finished).tab
    graph = tab.locator("#graph")
    before = graph.bounding_box()["width"]
    tab.locator("[data-zoom=in]").click()
    assert graph.bounding_box()["width"] > before * 1.2
    tab.locator("[data-zoom=fit]").click()
    assert abs(graph.bounding_box()["width"] - before) < 1


def test_a_link_to_a_task_unfolds_it(finished, look):
    tab = look(finished).tab
    tab.locator("#row-1 td:nth-child(2) a").first.click()

    tab.wait_for_selector("#task-1[open]")
    assert tab.locator("#task-1 pre").is_visible()


def test_without_scripts_the_page_is_whole_and_its_links_work(finished, look):
    tab = look(finished, java_script_enabled=False).tab

    assert tab.locator("#graph .node").count() == 4
    assert tab.locator("#table tbody tr").count() == 4
    assert not tab.locator("#find").is_visible()
    tab.locator("#node-2").click()
    assert tab.url.endswith("#row-2")


def test_light_and_dark_follow_the_reader(finished, look):
    run = finished
    colours = {
        look(run, color_scheme=scheme).tab.evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    }

    assert len(colours) == 2


def test_on_paper_there_is_nothing_to_click(finished, look):
    tab = look(finished).tab
    tab.emulate_media(media="print")

    assert not any(tab.locator(name).first.is_visible() for name in ("nav", ".zoom", "#find", ".to-graph"))
    assert tab.locator("#graph").is_visible()


def test_a_narrow_window_does_not_scroll_sideways(finished, look):
    tab = look(finished).tab
    tab.set_viewport_size({"width": 420, "height": 800})

    assert tab.evaluate("document.documentElement.scrollWidth") <= 420
