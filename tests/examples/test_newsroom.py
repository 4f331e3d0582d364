import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

HOME = Path(__file__).parents[2] / "examples/newsroom"


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    folder = tmp_path_factory.mktemp("news")
    command = [sys.executable, HOME / "generate.py", folder, "--users", "300", "--days", "28", "--seed", "7"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.endswith("600 articles, 300 users\n")
    return folder


@pytest.fixture(scope="module")
def log(news):
    return pd.read_csv(news / "events.csv")


@pytest.fixture(scope="module")
def human(news, log):
    robots = pd.read_csv(news / "truth/robots.csv")["user_id"]
    return log[~log["uid"].isin(robots)].drop_duplicates(ignore_index=True)


@pytest.fixture(scope="module")
def fit(news):
    table = pd.read_parquet(news / "truth/item_tags.parquet")
    return table.pivot_table(index="item_id", columns="tag", values="fit", fill_value=0.0)


@pytest.fixture(scope="module")
def taste(news):
    return pd.read_parquet(news / "truth/user_tags.parquet").pivot_table(index="user_id", columns="tag", values="taste")


@pytest.fixture(scope="module")
def articles(news):
    return pd.read_json(news / "articles.jsonl", lines=True)


def match(fit, taste, users, articles):
    return np.einsum("ij,ij->i", taste.loc[users, fit.columns].to_numpy(), fit.loc[articles].to_numpy())


def test_one_seed_gives_the_same_bytes_and_another_gives_others(news, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(HOME))
    generate = importlib.import_module("generate").generate
    generate(tmp_path / "again", users=300, days=28, seed=7)
    first, again = contents(news), contents(tmp_path / "again")
    assert set(first) == {
        "events.csv",
        "searches.jsonl",
        "answers.csv",
        "articles.jsonl",
        "item_tags.csv",
        "tags.csv",
        "truth/item_tags.parquet",
        "truth/user_tags.parquet",
        "truth/languages.csv",
        "truth/robots.csv",
    }
    assert {name for name in first if first[name] != again[name]} == set()
    for seed in (7, 8):
        generate(tmp_path / f"small{seed}", users=20, items=40, days=3, seed=seed, compress=True)
    seven, eight = contents(tmp_path / "small7"), contents(tmp_path / "small8")
    assert {name for name in seven if seven[name] == eight[name]} == {"tags.csv"}


def test_lines_stand_twice_and_late(log):
    assert log.columns.tolist() == ["uid", "article", "action", "ts", "dwell", "ref"]
    assert 0.01 < log.duplicated().mean() < 0.02
    assert 0.01 < (log["ts"].diff() < 0).mean() < 0.03


def test_robots_read_everything_fast_and_like_nothing(news, log):
    robots = pd.read_csv(news / "truth/robots.csv")["user_id"]
    lines = log[log["uid"].isin(robots)]
    assert lines["uid"].nunique() == len(robots) == 3
    assert set(lines["action"]) == {"pv"}
    assert lines.sort_values(["uid", "ts"]).groupby("uid")["ts"].diff().median() < 2_000
    assert lines.groupby("uid")["article"].nunique().min() > 0.6 * 600


def test_all_times_lie_in_the_period_and_nothing_is_read_before_it_is_out(human, articles):
    start = pd.Timestamp("2024-04-01T00:00:00+09:00").timestamp() * 1000
    assert human["ts"].between(start - 2_000, start + (28 * 86_400 + 20) * 1000).all()
    views = human[human["action"] == "pv"].merge(articles, left_on="article", right_on="id")
    assert (views["ts"] >= views["published"] * 1000).all()


def test_people_read_to_their_taste_and_like_it_more(human, fit, taste):
    means = {
        action: match(fit, taste, lines["uid"], lines["article"]).mean() for action, lines in human.groupby("action")
    }
    views = human[human["action"] == "pv"]
    mixed = np.random.default_rng(0).permutation(views["article"].to_numpy())
    assert means["pv"] > 1.8 * match(fit, taste, views["uid"], mixed).mean()
    assert min(means["like"], means["clip"]) > 1.2 * means["pv"]


def test_related_links_stay_on_topic(human, fit):
    related = human[human["action"] == "related"]
    main = fit.idxmax(axis=1)
    row, column = fit.index.get_indexer(related["article"]), fit.columns.get_indexer(main.loc[related["ref"]])
    shown = fit.to_numpy()[row, column]
    assert (shown > 0).mean() > 0.95


def test_a_few_readers_and_articles_take_much(human):
    reads = human["uid"].value_counts()
    assert reads.iloc[0] > 4 * reads.median()
    hits = human["article"].value_counts()
    assert hits.iloc[: len(hits) // 10].sum() > 0.25 * hits.sum()


def test_some_only_answer_and_some_of_them_read_japanese(news, human, taste):
    answers = pd.read_csv(news / "answers.csv")
    assert answers.columns.tolist() == ["respondent", "item", "choice", "degree", "answered_on"]
    silent = set(answers["respondent"]) - set(human["uid"])
    assert 10 <= len(silent) <= 45
    named = answers[answers["item"] == "interests"].set_index("respondent")["choice"].str.split("|").str[0]
    assert (named == taste.idxmax(axis=1).loc[named.index]).all()
    japanese = pd.read_csv(news / "truth/languages.csv").set_index("user_id")["japanese"]
    assert 0.5 < (japanese.loc[sorted(silent)] > 0.5).mean() < 1


def test_queries_are_spellings_of_the_dictionary(news, fit, taste):
    lines = (news / "searches.jsonl").read_text(encoding="utf-8").splitlines()
    searches = pd.DataFrame([json.loads(line) for line in lines])
    assert searches.columns.tolist() == ["member", "q", "when", "opened"]
    assert 0.5 < searches["opened"].notna().mean() < 0.7
    aliases = pd.read_csv(news / "tags.csv")
    assert aliases["alias"].is_unique
    spellings = [alias.casefold() for alias in aliases["alias"]]
    assert all(any(query.casefold().startswith(alias) for alias in spellings) for query in searches["q"])
    opened = searches.dropna()
    assert match(fit, taste, opened["member"], opened["opened"]).mean() > 0.15


def test_editors_gave_most_true_tags_and_few_wrong_ones(news):
    given = pd.read_csv(news / "item_tags.csv")
    true = set(
        pd.read_parquet(news / "truth/item_tags.parquet", columns=["item_id", "tag"]).itertuples(index=False, name=None)
    )
    named = set(zip(given["article"], given["label"], strict=True))
    assert 0.55 < len(named & true) / len(true) < 0.65
    assert 0 < len(named - true) < 0.08 * len(named)


def test_articles_are_written_about_their_tags_in_two_languages(news, articles, fit):
    aliases = pd.read_csv(news / "tags.csv").groupby("tag")["alias"].agg(list)
    assert 0.55 < (articles["lang"] == "ja").mean() < 0.75
    main = fit.idxmax(axis=1).loc[articles["id"]]
    texts = (articles["headline"] + articles["body"]).str.casefold()
    told = [any(alias.casefold() in text for alias in aliases[tag]) for text, tag in zip(texts, main, strict=True)]
    assert 0.7 < np.mean(told) < 1
