from dataclasses import replace
from typing import Any, Generic, TypeVar

import gokart
import luigi
import pandas as pd
import pytest
from gokart.build import GokartBuildError

from slipstream.tasks.base import Pipeline, Table
from slipstream.tasks.cache.index import files
from slipstream.tasks.cache.manifest import Manifest
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


class Streamed(Table[User]):
    """The users, letter by letter of a word."""

    word: luigi.Parameter = luigi.Parameter(default="abc")

    def run(self) -> None:
        """Make a block of each letter."""
        self.dump(pd.DataFrame({"user_id": [letter]}) for letter in self.word)


class Doubled(Table[User]):
    """The users twice."""

    users: gokart.TaskInstanceParameter[Table[User]] = gokart.TaskInstanceParameter()

    def run(self) -> None:
        """Read the blocks twice."""
        blocks = self.load_blocks(self.users)
        self.dump(frame + mark for mark in "12" for frame in blocks)


class Numbers(Pipeline[dict[str, int]]):
    """Leaves at several depths."""

    def requires(self) -> dict[str, Any]:
        """Join them."""
        deep = Pair(left=Leaf(number=1), right=Leaf(number=1))
        return {"pair": Pair(left=deep, right=deep), "leaf": Leaf(number=3)}


def test_a_table_made_in_blocks_is_whole_and_told_of_as_one(build):
    task = Streamed()
    assert build(task)["user_id"].to_list() == ["a", "b", "c"]
    assert (task.output().manifest().rows, task.output().manifest().schema) == (3, {"user_id": "str"})
    assert build(Doubled(users=Streamed()))["user_id"].to_list() == ["a1", "b1", "c1", "a2", "b2", "c2"]


def test_every_block_is_checked(build):
    class Wrong(Table[User]):
        """Users, one of them nameless."""

        def run(self) -> None:
            """Make them."""
            self.dump(pd.DataFrame({"user_id": [name]}) for name in ["a", None])

    with pytest.raises(GokartBuildError):
        build(Wrong())
    assert not Wrong().complete()


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
    assert not [path for path in files(workspace) if path.suffix != ".log"]


def test_a_pipeline_names_its_products_and_stands_for_the_first(build):
    pipeline = Numbers()
    assert list(pipeline.products) == ["pair", "leaf"]
    assert build(pipeline) == {"left": 2, "right": 2}
    assert pipeline.products["leaf"].output().load() == {"number": 3}


def test_a_pipeline_keeps_no_product_of_its_own_but_a_page_that_names_them(build):
    pipeline = Numbers()
    build(pipeline)
    page = Manifest.read(pipeline.page)
    assert page.file == ""
    assert page.inputs == {name: task.make_unique_id() for name, task in pipeline.products.items()}


def test_a_pipeline_is_complete_when_it_is_noted_that_it_ran(build):
    build(Numbers())
    Numbers().page.unlink()
    assert not Numbers().complete()
    build(Numbers())
    assert Numbers().complete()


def test_running_a_complete_pipeline_notes_that_it_ran_again(build):
    pipeline = Numbers()
    build(pipeline)
    page = Manifest.read(pipeline.page)
    pipeline.page.write_text(replace(page, at="2020-01-01T00:00:00+00:00").to_json())
    pipeline.run()
    assert Manifest.read(pipeline.page).at >= page.at


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
