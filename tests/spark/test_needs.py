"""What is missing is named on one line, with what to do about it."""

import importlib.util
import socket

import pytest

from slipstream.tasks.spark.needs import check_java, check_master, check_needs


def java(folder, version):
    """Put a program of Java's name into a folder that tells its version as Java does."""
    program = folder / "bin/java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    program.chmod(0o755)
    return folder


def line(error):
    text = str(error.value)
    assert "\n" not in text
    return text


def test_pyspark_is_asked_for_by_its_extra(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError) as error:
        check_needs("local[1]")
    assert line(error) == "engine spark needs PySpark; install it by: pip install 'slipstream[spark]'"


def test_java_is_looked_for_where_java_home_points(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(FileNotFoundError) as error:
        check_java()
    assert f"there is none in JAVA_HOME {tmp_path}; install it" in line(error)
    assert "openjdk-17-jre-headless" in line(error)


def test_java_is_looked_for_on_the_path(tmp_path, monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="needs Java 17 or newer and there is none in PATH; install it"):
        check_java()
    monkeypatch.setenv("PATH", str(java(tmp_path, "21.0.4") / "bin"))
    check_java()


@pytest.mark.parametrize("version", ["11.0.2", "1.8.0_392", "what"])
def test_an_old_java_is_told_apart(version, tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path, version)))
    with pytest.raises(RuntimeError) as error:
        check_java()
    found = version if version != "what" else "unknown"
    assert f"needs Java 17 or newer and {tmp_path}/bin/java is version {found}; install it" in line(error)
    assert "set JAVA_HOME" in line(error)


@pytest.mark.parametrize("version", ["17", "17.0.15", "25.0.1"])
def test_a_new_java_will_do(version, tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path, version)))
    check_java()


def test_a_master_that_does_not_answer_is_named():
    with pytest.raises(ConnectionError) as error:
        check_master("spark://127.0.0.1:1")
    assert line(error).startswith("no Spark master answers at spark://127.0.0.1:1 (127.0.0.1:1: ")
    assert "Connection refused" in line(error)
    assert "set spark.master in the option spark" in line(error)
    with pytest.raises(ConnectionError, match="no Spark master answers at spark://here"):
        check_master("spark://here")


def test_one_master_of_several_is_enough_and_other_addresses_are_sparks_own():
    with socket.create_server(("127.0.0.1", 0)) as server:
        check_master(f"spark://127.0.0.1:1,127.0.0.1:{server.getsockname()[1]}")
    check_master("local[2]")
    check_master("yarn")
