"""What a peer learns from and whom it answers: traces as a sparse matrix, users, items on offer; and its lists."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

PAIR = ["user_id", "item_id"]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """One cut: the traces before it, who asks, what is on offer, and how the cut was made."""

    train: pd.DataFrame
    users: pd.Index
    catalogue: pd.Index
    facts: dict[str, Any]

    @classmethod
    def read(cls, folder: Path) -> "Task":
        """Read a folder that `splits` wrote."""
        return cls(
            train=pd.read_parquet(folder / "train.parquet"),
            users=pd.Index(pd.read_parquet(folder / "users.parquet")["user_id"], dtype=object),
            catalogue=pd.Index(pd.read_parquet(folder / "catalogue.parquet")["item_id"], dtype=object),
            facts=json.loads((folder / "facts.json").read_text(encoding="utf-8")),
        )


@dataclass(frozen=True)
class Traces:
    """The traces a model learns from: rows of codes into `people` and `items`, each pair once.

    `rows` has user, item, weight and at, ordered by time; `seen` marks all pairs that are not to be shown again.
    """

    rows: pd.DataFrame
    people: pd.Index
    items: pd.Index
    seen: sparse.csr_matrix
    offered: Codes

    @cached_property
    def matrix(self) -> sparse.csr_matrix:
        """Users by items, float32."""
        cells = (self.rows["weight"].to_numpy(np.float32), (self.rows["user"], self.rows["item"]))
        return sparse.csr_matrix(cells, shape=(len(self.people), len(self.items)))

    @cached_property
    def popular(self) -> Codes:
        """The offered items, the one with the most users first."""
        users = np.bincount(self.rows["item"], minlength=len(self.items))[self.offered]
        return self.offered[np.argsort(-users, kind="stable")]

    def hidden(self, users: Codes) -> int:
        """Count the items, at most, that one of the users has touched and the model does not know of."""
        unknown = np.diff(self.seen[users].indptr) - np.diff(self.matrix[users].indptr)
        return int(unknown.max(initial=0))

    def touched(self, users: Codes, items: Codes) -> npt.NDArray[np.bool_]:
        """Tell which pairs of user and item are not to be shown again."""
        seen = self.seen.tocoo()
        known, asked = (
            row.astype(np.int64) * len(self.items) + item for row, item in ((seen.row, seen.col), (users, items))
        )
        return np.isin(asked, known)

    def asking(self, users: pd.Index) -> Codes:
        """Pick the users of whom something is learnt."""
        codes = self.people.get_indexer(users)
        known = np.zeros(len(self.people) + 1, dtype=bool)
        known[self.rows["user"]] = True
        return codes[known[codes]]


def narrow(task: Task, params: dict[str, Any]) -> Traces:
    """Choose what a model learns from: the traces of the last `hours` (0: all), counted as `traces` says.

    relevant = the strengths that count as right, 1 each; positive = all but dislikes, 1 each; weighted = all but
    dislikes by the sum of their weights.
    """
    train = task.train
    people, items = (pd.Index(np.unique(train[name].astype(object)), dtype=object) for name in PAIR)
    rows = train.assign(user=people.get_indexer(train["user_id"]), item=items.get_indexer(train["item_id"]))
    pairs = rows[["user", "item"]].drop_duplicates()
    size = (len(people), len(items))
    seen = sparse.csr_matrix((np.ones(len(pairs), dtype=np.float32), (pairs["user"], pairs["item"])), shape=size)
    offered = items.get_indexer(task.catalogue)
    return Traces(_chosen(rows, task, params), people, items, seen, np.sort(offered[offered >= 0]))


def _chosen(rows: pd.DataFrame, task: Task, params: dict[str, Any]) -> pd.DataFrame:
    kind, hours = params.get("traces", "relevant"), params.get("hours", 0)
    rows = rows[rows["weight"] > 0]
    if kind == "relevant":
        rows = rows[rows["strength"].isin(task.facts["relevant"])]
    if hours:
        rows = rows[rows["at"] >= pd.Timestamp(task.facts["as_of"]) - pd.Timedelta(hours=hours)]
    pairs = rows.groupby(["user", "item"], as_index=False).agg(weight=("weight", "sum"), at=("at", "max"))
    pairs = pairs if kind == "weighted" else pairs.assign(weight=1.0)
    return pairs.sort_values(["at", "user", "item"], ignore_index=True)


def complete(proposed: pd.DataFrame, traces: Traces, users: pd.Index, *, top: int) -> pd.DataFrame:
    """Turn proposals (user, item, place) into lists (user_id, item_id, rank) for all users.

    What is not on offer or was touched before is left out; what is short is filled up with the most popular items
    of the traces the model learnt from, so that everybody has a list.
    """
    shown = proposed[np.isin(proposed["item"], traces.offered)]
    shown = (
        shown[~traces.touched(shown["user"].to_numpy(), shown["item"].to_numpy())]
        .sort_values(["user", "place"])
        .drop_duplicates(["user", "item"])
    )
    shown = shown[shown.groupby("user").cumcount() < top]
    lists = {user: group.to_numpy() for user, group in shown.groupby("user")["item"]}
    nothing = np.empty(0, dtype=np.int64)
    filled = [
        _filled(lists.get(code, nothing), _touched(traces, code), traces.popular, top)
        for code in traces.people.get_indexer(users)
    ]
    sizes = [len(each) for each in filled]
    chosen = np.concatenate(filled) if filled else nothing
    rank = np.concatenate([np.arange(1, size + 1) for size in sizes]) if sizes else nothing
    listed = {"user_id": np.repeat(users.to_numpy(), sizes), "item_id": traces.items.to_numpy()[chosen]}
    return pd.DataFrame({**listed, "rank": rank.astype(np.int32)})


def _touched(traces: Traces, user: int) -> Codes:
    if user < 0:
        return np.empty(0, dtype=np.int64)
    return traces.seen.indices[traces.seen.indptr[user] : traces.seen.indptr[user + 1]]


def _filled(own: Codes, touched: Codes, popular: Codes, top: int) -> Codes:
    if len(own) >= top:
        return own
    spare = popular[: top + len(touched) + len(own)]
    spare = spare[~np.isin(spare, np.concatenate([touched, own]))]
    return np.concatenate([own, spare])[:top]


def measure_ndcg(lists: pd.DataFrame, wanted: pd.DataFrame, *, k: int = 10) -> float:
    """Average binary nDCG@k over the users who want something: what searches maximise."""
    needs = wanted["user_id"].value_counts()
    hits = lists[lists["rank"] <= k].merge(wanted, on=PAIR)
    gains = (1 / np.log2(hits["rank"] + 1)).groupby(hits["user_id"]).sum()
    ideal = np.cumsum(1 / np.log2(np.arange(2, k + 2)))[np.minimum(needs, k) - 1]
    return float((gains.reindex(needs.index).fillna(0) / ideal).mean())
