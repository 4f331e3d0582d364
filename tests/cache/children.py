"""Functions called in processes of their own, forked from one that has loaded much and run nothing."""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["tests.cache.crash_tasks"])
PATIENCE = 120


@dataclass
class Child:
    """A process that works on a call."""

    process: Any
    answers: Connection

    def kill(self) -> None:
        """End it without a chance to clean up."""
        self.process.kill()
        self.process.join()

    def answer(self) -> Any:
        """Wait for what the function returns; what it raises, and a silent death, are failures."""
        if not self.answers.poll(PATIENCE):
            self.kill()
            raise AssertionError(f"no answer in {PATIENCE} s")
        try:
            fine, answer = self.answers.recv()
        except EOFError:
            self.process.join()
            raise AssertionError(f"it died with exit code {self.process.exitcode}") from None
        self.process.join()
        assert fine, answer
        return answer


def start(function: Callable[..., Any], *arguments: Any) -> Child:
    """Begin a call."""
    answers, sender = SERVER.Pipe(duplex=False)
    process = SERVER.Process(target=_answer, args=(sender, function, arguments))
    process.start()
    sender.close()
    return Child(process, answers)


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call and wait for the answer."""
    return start(function, *arguments).answer()


def forked(trouble: Path, function: Callable[..., Any], *arguments: Any) -> int:
    """Call in a fork of this process and give its exit code, negative for the signal that ended it."""
    number = os.fork()
    if number == 0:
        code = 1
        try:
            code = function(*arguments) or 0
        except BaseException:  # noqa: BLE001 (it is told, and the fork must not go on as if it were the parent)
            trouble.write_text(traceback.format_exc(), encoding="utf-8")
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    assert code != 1, trouble.read_text(encoding="utf-8")
    return code


def _answer(sender: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        sender.send((True, function(*arguments)))
    except BaseException:  # noqa: BLE001 (it is told)
        sender.send((False, traceback.format_exc()))
