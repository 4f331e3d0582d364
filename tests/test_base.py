from typing import Any, Generic, TypeVar

import gokart
import luigi
import pandas as pd
import pytest
from gokart.build import GokartBuildError

from slipstream.tasks.base import Pipeline, Table
from slipstream.tasks.tables import Candidate, Row, User, columns
from tests.cache.small_tasks import Leaf, Pair

R = TypeVar("R", bound=Row)


class Typed(Table[R], Generic[R]):
    """A table of one kind of rows, to be said later."""


class Everybody(Typed[User]):
    """Two users whose ids are numbers."""

    column: luigi.Parameter = luigi.Parameter(default="user_id")

    def run(self) -> None:
        """Make them."""
        self.dump(pd.DataFrame({self.column: [2, 1]}, index=[5, 6]))


class Proposals(Table[Candidate]):
    """A candidate of each user, columns as they come."""

    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Propose."""
        users = self.load(self.users)["user_id"]
        self.dump(pd.DataFrame({"score": 1, "rank": 1, "source": "all", "item_id": "a", "user_id": users}))


class Numbers(Pipeline[dict[str, int]]):
    """Leaves at several depths."""

    def requires(self) -> dict[str, Any]:
        """Join them."""
        deep = Pair(left=Leaf(number=1), right=Leaf(number=1))
        return {"pair": Pair(left=deep, right=deep), "leaf": Leaf(number=3)}


def test_a_table_is_read_back_with_the_declared_columns_and_types(build):
    made = build(Proposals(users=Everybody()))
    assert list(made.columns) == columns(Candidate)
    assert made["user_id"].to_list() == ["2", "1"]
    assert made.dtypes.astype(str).to_dict() == {
        "user_id": "str",
        "item_id": "str",
        "source": "str",
        "rank": "int32",
        "score": "float32",
    }


def test_a_table_knows_its_rows_through_all_ancestors():
    assert Everybody().row is User
    assert Proposals(users=Everybody()).row is Candidate


def test_a_table_that_lacks_a_column_writes_nothing(build, workspace):
    with pytest.raises(GokartBuildError) as caught:
        build(Everybody(column="id"))
    [[error]] = caught.value.raised_exceptions.values()
    assert str(error) == "Everybody: table User needs column 'user_id'; found id"
    assert not [path for path in workspace.rglob("*") if path.is_file()]


def test_a_pipeline_names_its_products_and_stands_for_the_first(build):
    pipeline = Numbers()
    assert list(pipeline.products) == ["pair", "leaf"]
    assert build(pipeline) == {"left": 2, "right": 2}
    assert pipeline.products["leaf"].output().load() == {"number": 3}


def test_a_pipeline_keeps_no_product_of_its_own(build, workspace):
    build(Numbers())
    names = {path.name.partition("_")[0] for path in workspace.rglob("*.json")}
    assert names == {"Pair", "Leaf"}


def test_a_pipeline_stands_on_the_command_line_by_its_name_and_a_task_by_its_package():
    assert Numbers.get_task_family() == "Numbers"
    assert Leaf.get_task_family() == "tests.cache.Leaf"


def test_the_nearest_task_of_a_class_is_found():
    pipeline = Numbers()
    assert pipeline.find(Leaf).number == 3
    assert pipeline.find(Pair) is pipeline.products["pair"]


def test_a_task_that_is_not_there_is_named():
    with pytest.raises(LookupError, match=r"^Numbers has no Proposals$"):
        Numbers().find(Proposals)


def test_another_instance_of_a_pipeline_finds_everything_done(build):
    assert not Numbers().complete()
    build(Numbers())
    luigi.task_register.Register.clear_instance_cache()
    assert Numbers().complete()
