import pytest

from slipstream import conf
from slipstream.pipelines import Ablation
from tests.pipelines.conftest import KNOBS

ASKED = {**KNOBS, "candidate_sources": ["popular", "trending_24h", "tags"], "groups": ["user", "popular"]}


def test_each_source_and_each_group_is_left_out_once(newsroom_conf):
    del newsroom_conf
    variants = Ablation(**ASKED).variants()
    assert list(variants) == [
        "without popular",
        "without trending_24h",
        "without tags",
        "without features user",
        "without features popular",
        "without any tags",
    ]
    assert variants["without popular"].candidate_sources == ("trending_24h", "tags")
    assert variants["without features user"].trees == {"without": ("user",)}
    assert variants["without any tags"].candidate_sources == ("popular", "trending_24h")
    assert variants["without any tags"].trees == {"without": ("tags",)}


def test_an_incumbent_that_is_left_out_is_none(newsroom_conf):
    del newsroom_conf
    variants = Ablation(**ASKED, incumbent="popular").variants()
    assert variants["without popular"].incumbent == ""
    assert variants["without tags"].incumbent == "popular"


def test_the_whole_is_compared_with_each_part_left_out(newsroom_conf, made, run):
    del newsroom_conf
    conf.set_workspace(made)
    pipeline = Ablation(**{**ASKED, "candidate_sources": ["popular", "tags"], "groups": ["user"]})
    run(pipeline)
    found = pipeline.output().load()
    worth = found[found["baseline"].notna() & (found["metric"] == "ndcg") & (found["slice"] == "all")]
    assert set(worth["source"]) == {"recommend"}
    assert set(worth["baseline"]) == {
        "without popular",
        "without tags",
        "without features user",
        "without any tags",
    }
    means = found[found["baseline"].isna() & (found["metric"] == "ndcg") & (found["slice"] == "all")]
    value = means.set_index("source")["value"]
    assert worth["value"].to_numpy() == pytest.approx(value["recommend"] - worth["baseline"].map(value).to_numpy())
