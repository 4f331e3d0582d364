"""What a run sets out to do, written down before it begins."""

import json
from pathlib import Path

from slipstream import graph
from slipstream.plan import plan
from tests.slipstream.toys import Party


def test_a_plan_says_what_a_report_needs(build):
    party = Party(workspace_directory="workspace")
    build(party.products["guests"].ours)
    facts = json.loads(json.dumps(plan(party, graph.steps(party), 3)))
    tasks = {task["class"]: task for task in facts["tasks"]}

    assert (facts["pipeline"], facts["workers"], facts["parameters"]["count"]) == ("Party", 3, "2")
    assert [task["class"] for task in facts["tasks"]] == ["Guests", "Guests", "Everybody", "Names"]
    assert [task["state"] for task in facts["tasks"]] == ["cached", "waiting", "waiting", "waiting"]
    assert tasks["Everybody"]["upstream"] == [facts["tasks"][0]["id"], facts["tasks"][1]["id"]]
    assert facts["products"] == {"guests": tasks["Everybody"]["id"], "names": tasks["Names"]["id"]}
    assert tasks["Names"]["key"] == party.products["names"].make_unique_id()


def test_a_plan_names_manifests_by_their_place_in_the_workspace(build):
    party = Party(workspace_directory="workspace")
    build(party.products["guests"].ours)
    first, second, *_ = plan(party, graph.steps(party), 1)["tasks"]

    assert (Path("workspace") / first["manifest"]).is_file()
    assert not (Path("workspace") / second["manifest"]).exists()
    assert second["manifest"].endswith(f"Guests_{second['key']}.manifest.json")
