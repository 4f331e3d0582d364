import errno
import multiprocessing
import os
import signal

import pytest

from slipstream.tasks.cache.storage import create, local_root, locked, private_folder, publish, sha256, stamp, writing


def test_a_published_file_is_whole_and_the_private_folder_is_gone(tmp_path):
    with private_folder(tmp_path) as folder:
        draft = folder / "a.txt"
        draft.write_text("whole")
        publish(draft, tmp_path / "deep" / "a.txt")

    assert (tmp_path / "deep" / "a.txt").read_text() == "whole"
    assert list((tmp_path / ".tmp").iterdir()) == []


def write_half(folder):
    (folder / "a.txt").write_text("half")
    raise KeyboardInterrupt


def test_an_interrupted_writer_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), private_folder(tmp_path) as folder:
        write_half(folder)

    assert list((tmp_path / ".tmp").iterdir()) == []


def test_a_digest_follows_the_content_even_when_size_and_time_stay(tmp_path):
    file = tmp_path / "a"
    file.write_text("one")
    before, status = sha256(file), file.stat()
    file.write_text("two")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert sha256(file) != before


def test_a_missing_file_has_no_stamp(tmp_path):
    assert stamp(tmp_path / "nowhere") is None


def test_a_workspace_that_is_not_a_folder_is_refused_with_a_remedy():
    with pytest.raises(ValueError, match=r"gs://bucket.*workspace_directory"):
        local_root("gs://bucket")


def test_a_workspace_that_cannot_be_written_says_what_to_set(tmp_path):
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(OSError, match="set workspace_directory"), private_folder(file):
        pass


def test_a_file_is_created_only_where_there_is_none(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    for number, expected in enumerate([True, False]):
        draft = tmp_path / f"draft {number}"
        draft.write_text(str(number))
        assert create(draft, path) is expected
    assert path.read_text() == "0"


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "free space"), (errno.EXDEV, "another file system"), (errno.EROFS, "you may write to")],
)
def test_what_the_file_system_refuses_says_what_to_set(tmp_path, number, remedy):
    with pytest.raises(OSError, match=rf"cannot write to workspace {tmp_path}: .*; .*{remedy}"), writing(tmp_path):
        raise OSError(number, os.strerror(number))


def hold(folder, told):
    with locked(folder, "key"):
        told.set()
        signal.pause()


def test_a_lock_is_waited_for_and_freed_when_its_holder_is_killed(tmp_path):
    context = multiprocessing.get_context("fork")
    told, got = context.Event(), context.Event()
    holder = context.Process(target=hold, args=(tmp_path, told))
    holder.start()
    assert told.wait(10)
    waiting = context.Process(target=hold, args=(tmp_path, got))
    waiting.start()
    assert not got.wait(0.2)
    holder.kill()
    assert got.wait(10)
    waiting.kill()
    for process in (holder, waiting):
        process.join()


def test_a_lock_leaves_nothing_behind(tmp_path):
    with locked(tmp_path, "key"):
        pass
    assert list((tmp_path / ".locks").iterdir()) == []
