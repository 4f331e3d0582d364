import json

import numpy as np
import pandas as pd
import pytest

from slipstream import conf
from slipstream.pipelines import TagSurvey
from slipstream.tasks.data import JudgementFile
from tests.pipelines.conftest import AS_OF


@pytest.fixture
def survey(newsroom, tmp_path):
    """A survey among the readers of the newsroom, as the files of the tag genome: two people judge what truly fits."""
    fit = pd.read_parquet(newsroom / "truth/item_tags.parquet").set_index(["item_id", "tag"])["fit"]
    tags = sorted({tag for _, tag in fit.index})
    given = pd.read_csv(newsroom / "item_tags.csv").groupby(["article", "label"]).size()
    chance = np.random.default_rng(0)
    answers = []
    for item in sorted({item for item, _ in fit.index}):
        asked = {*chance.choice(tags, 4, replace=False), *(tag for tag in tags if (item, tag) in fit.index)}
        for tag in sorted(asked):
            score = round(1 + 4 * float(fit.get((item, tag), 0.0)))
            answers += [{"user_id": n, "item_id": item, "tag_id": tags.index(tag), "score": score} for n in (1, 2)]
        answers.append({"user_id": 3, "item_id": item, "tag_id": 0, "score": -1})
    lines = {
        "tags": [{"tag": tag, "id": n} for n, tag in enumerate(tags)],
        "tag_count": [
            {"item_id": item, "tag_id": tags.index(tag), "num": int(count)} for (item, tag), count in given.items()
        ],
        "survey_answers": answers,
    }
    for name, rows in lines.items():
        (tmp_path / f"{name}.json").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return {
        "item_tags": [
            {"path": f"{tmp_path}/tag_count.json", "format": "jsonl", "columns": {"tag": "tag_id", "weight": "num"}}
        ],
        "tag_names": [
            {"path": f"{tmp_path}/tags.json", "format": "jsonl", "columns": {"alias": "id", "id": "tag"}}
        ],
        "judgements": [
            {
                "path": f"{tmp_path}/survey_answers.json",
                "format": "jsonl",
                "columns": {"tag": "tag_id"},
                "skip": {"score": ["-1"]},
            }
        ],
    }  # fmt: skip


def test_scores_agree_with_people_who_were_asked(newsroom_conf, made, run, survey):
    del newsroom_conf
    conf.set_workspace(made)
    pipeline = TagSurvey(as_of=AS_OF, folds=5, **survey)
    run(pipeline)
    quality = pipeline.output().load()
    alone = quality[quality["baseline"].isna()].set_index(["source", "slice", "metric"])["value"]
    assert alone["fit", "all", "auc"] > 0.9
    assert alone["judged", "all", "auc"] > 0.9
    assert alone["judged", "cold", "auc"] > 0.8
    assert alone["judged", "all", "mae"] < 0.5
    scores = pipeline.products["judged"].output().load()
    assert scores["evidence"].str.len().gt(0).mean() > 0.5


def test_judgements_may_be_plain_csv(tmp_path, build):
    (tmp_path / "judgements.csv").write_text("item_id,tag,score\na,sad,4.5\na,sad,2\n", encoding="utf-8")
    table = build(JudgementFile(path=str(tmp_path / "judgements.csv")))
    assert table["score"].tolist() == [2.0, 4.5]
    assert table["user_id"].isna().all()


def test_a_survey_needs_judgements(newsroom_conf):
    del newsroom_conf
    with pytest.raises(ValueError, match="TagSurvey has no judgements; name their files"):
        TagSurvey(as_of=AS_OF).requires()
