import os
import shutil
import time

import gokart
import luigi
import pytest
from gokart.build import GokartBuildError
from luigi.task_register import Register

from slipstream.tasks.cache.address import Address
from slipstream.tasks.cache.index import files
from slipstream.tasks.cache.target import DamagedProductError
from tests.cache.small_tasks import Leaf, Lines, Ones, Pair, Several, TwoSizes


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "users.txt"
    path.write_text("a b c")
    return path


def products(workspace):
    return sorted(path.name for path in files(workspace))


def test_a_product_is_one_file_with_its_manifest_and_its_log(build, file, workspace):
    task = Ones(users=Lines(path=str(file)))

    assert build(task).matrix.tolist() == [[1, 1]] * 3
    assert [name.partition("_")[0] for name in products(workspace)] == ["Lines"] * 3 + ["Ones"] * 3
    manifest = task.output().manifest()
    assert manifest.key == task.make_unique_id()
    assert manifest.inputs == {"users": task.users.make_unique_id()}
    assert manifest.rows == 3


def test_what_is_complete_does_not_run_again(build, file, workspace):
    build(Ones(users=Lines(path=str(file))))
    before = {path: path.stat().st_mtime_ns for path in workspace.rglob("*.*")}
    build(Ones(users=Lines(path=str(file))))

    assert {path: path.stat().st_mtime_ns for path in workspace.rglob("*.*")} == before


def test_a_changed_file_changes_every_key_below_it_even_of_the_same_instance(build, file):
    task = Ones(users=Lines(path=str(file)))
    before, first = task.make_unique_id(), build(task)
    file.write_text("a b c d")

    assert task.make_unique_id() != before
    assert (len(first), len(build(task))) == (3, 4)
    file.write_text("a b c")
    assert task.make_unique_id() == before


def test_the_key_depends_on_content_not_on_the_folder(tmp_path, file):
    other = tmp_path / "elsewhere" / "users.txt"
    other.parent.mkdir()
    other.write_text(file.read_text())

    assert Lines(path=str(other)).make_unique_id() == Lines(path=str(file)).make_unique_id()


def test_threads_and_workspace_are_not_in_the_key(tmp_path, file):
    users = Lines(path=str(file))
    key = Ones(users=users).make_unique_id()

    assert Ones(users=users, threads=8).make_unique_id() == key
    assert Ones(users=users, workspace_directory=str(tmp_path / "w")).make_unique_id() == key
    assert Ones(users=users, size=3).make_unique_id() != key
    assert Ones(users=users, revision=1).make_unique_id() != key


def test_the_name_of_an_input_counts_and_the_order_of_a_list_too():
    one, two = Leaf(number=1), Leaf(number=2)

    assert Pair(left=one, right=two).make_unique_id() != Pair(left=two, right=one).make_unique_id()
    assert Several(parts=[one, two]).make_unique_id() != Several(parts=[two, one]).make_unique_id()


@pytest.mark.parametrize("damage", [lambda _: b"", lambda b: b[:-4], lambda b: b + b"x", lambda b: bytes(len(b))])
def test_a_damaged_product_is_made_anew(build, file, damage):
    task = Ones(users=Lines(path=str(file)))
    build(task)
    product = task.output().file
    product.write_bytes(damage(product.read_bytes()))

    assert not task.complete()
    assert len(build(task)) == 3
    assert task.complete()


def test_a_product_without_its_manifest_is_not_complete(build, file):
    task = Lines(path=str(file))
    build(task)
    task.output().manifest_file.unlink()

    assert not task.complete()


def test_damage_that_keeps_size_and_time_is_caught_when_the_product_is_read(build, file):

    task = Lines(path=str(file))
    build(task)
    target, status = task.output(), task.output().file.stat()
    target.file.write_bytes(bytes(status.st_size))
    os.utime(target.file, ns=(status.st_atime_ns, status.st_mtime_ns))

    with pytest.raises(DamagedProductError, match="run again"):
        target.load()
    assert len(build(task)) == 3


def test_a_copied_workspace_stays_complete(build, file, workspace, tmp_path):

    build(Lines(path=str(file)))
    shutil.copytree(workspace, tmp_path / "copy", copy_function=shutil.copyfile)

    assert Lines(path=str(file), workspace_directory=str(tmp_path / "copy")).complete()


def test_a_table_that_breaks_its_declaration_names_value_and_place(build, tmp_path):
    file = tmp_path / "twice.txt"
    file.write_text("a b a")

    with pytest.raises(GokartBuildError) as caught:
        build(Lines(path=str(file)))
    [[error]] = caught.value.raised_exceptions.values()
    assert "Lines: " in str(error)
    assert "column user_id" in str(error)
    assert "'a'" in str(error)


def test_a_ladder_of_diamonds_is_constructed_and_addressed_in_linear_time():
    began = time.perf_counter()
    left, right = Leaf(number=1), Leaf(number=2)
    for _ in range(60):
        left, right = Pair(left=left, right=right), Pair(left=right, right=left)
    assert len(Pair(left=left, right=right).make_unique_id()) == 20
    assert not Pair(left=left, right=right).complete()

    assert time.perf_counter() - began < 5


def test_a_chain_of_500_is_addressed():
    task = Leaf(number=0)
    for _ in range(500):
        task = Several(parts=[task])

    assert len(task.make_unique_id()) == 20
    assert "Several[" in repr(task)
    assert len(repr(task)) < 40


def test_a_pipeline_stands_for_its_first_product_and_is_complete_with_all(build, file):
    pipeline = TwoSizes(path=str(file))

    assert build(pipeline).size == 5
    pipeline.products["small"].output().remove()
    assert not pipeline.complete()
    build(pipeline)
    assert pipeline.complete()


def test_two_workers_give_the_same_bytes(file, workspace):
    one = TwoSizes(path=str(file))
    gokart.build(one, reset_register=False)
    bytes_of_one = {path.name: path.read_bytes() for path in workspace.rglob("*.arrow")}

    shutil.rmtree(workspace)
    gokart.build(one, reset_register=False, workers=2)

    assert {path.name: path.read_bytes() for path in workspace.rglob("*.arrow")} == bytes_of_one


def test_a_pipeline_does_not_spread_over_two_workspaces(file, tmp_path):
    pipeline = TwoSizes(path=str(file), workspace_directory=str(tmp_path / "other"))

    with pytest.raises(ValueError, match=r"other.*TaskOnKart"):
        pipeline.complete()


def test_a_list_of_many_tasks_is_loaded_without_comparing_each_with_all(build, monkeypatch):
    asked = []
    leaves = [Leaf(number=number) for number in range(40)]
    task = Several(parts=leaves)
    is_current = Address.is_current
    monkeypatch.setattr(Address, "is_current", lambda self: asked.append(self) or is_current(self))

    assert build(task) == 40
    assert len(asked) < 40 * 40
    with pytest.raises(AssertionError, match="should be in requires"):
        task.load([Leaf(number=99)])


@pytest.mark.parametrize("name", ["address", "clock", "root", "place", "load", "inputs"])
def test_a_parameter_that_would_hide_what_every_task_has_is_refused(name):
    with pytest.raises(TypeError, match=rf"House cannot have a parameter '{name}': .* rename it"):
        type("House", (Leaf,), {name: luigi.Parameter()})


def test_a_parameter_may_be_declared_anew():
    assert type("Nine", (Leaf,), {"number": luigi.IntParameter(default=9)})().number == 9


def test_tasks_that_differ_only_in_the_file_they_read_are_two(build, tmp_path):
    for name, text in (("one", "a b"), ("other", "a b c")):
        (tmp_path / name).write_text(text)
    left, right = Lines(path=str(tmp_path / "one")), Lines(path=str(tmp_path / "other"))

    assert left.task_id != right.task_id
    assert build(Pair(left=left, right=right)) == {"left": 2, "right": 3}


def test_twins_that_the_engine_holds_for_one_task_are_both_addressed(build):
    Register.clear_instance_cache()
    one = Leaf(number=1)
    Register.clear_instance_cache()
    other = Leaf(number=1)
    assert one is not other

    assert build(Several(parts=[Several(parts=[one]), Several(parts=[other, Leaf(number=2)])])) == 2
