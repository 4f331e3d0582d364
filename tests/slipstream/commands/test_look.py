"""Looking at a pipeline and its products, from the outside."""

import json
import re


def test_a_tree_says_what_is_there(slipstream):
    slipstream("run", "Party")
    code, out, _ = slipstream("tree", "Party", "--set", "count=1")
    assert code == 0
    assert [re.sub(r"  \d+ rows.*", "", line) for line in out] == [
        "Party",
        "├── guests: Everybody  missing",
        "│   ├── Guests(count=1)  missing",
        "│   └── Guests(count=3)  cached",
        "└── names: Names  missing",
        "    └── Everybody  missing …",
        "4 tasks: 1 cached, 3 to run",
    ]


def test_a_product_is_shown(slipstream):
    code, _, err = slipstream("show", "Party", "guests")
    assert code == 20
    assert err == ["error: 'guests' is not made yet; make it by: slipstream run Party"]
    slipstream("run", "Party")
    _, out, _ = slipstream("show", "Party", "guests", "--top", "2")
    assert [line for line in out if "│ guest" in line] == ["│ guest 0 │", "│ guest 1 │"]
    assert out[-1].strip() == "2 of 3 rows"
    _, out, _ = slipstream("show", "Party", "guests", "--user", "guest 1")
    assert [line for line in out if "│ guest" in line] == ["│ guest 1 │"]
    code, _, err = slipstream("show", "Party", "guests", "--user", "stranger")
    assert (code, err) == (20, ["error: 'guests' has no row with user_id 'stranger'"])
    _, out, _ = slipstream("show", "Party", "names")
    assert json.loads("".join(out).replace("'", '"')) == ["guest 0", "guest 1", "guest 2"]
