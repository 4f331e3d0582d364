"""What Spark needs before it starts: PySpark, Java and a master that answers, each missing one named on one line."""

import importlib.util
import os
import re
import shutil
import socket
import subprocess

JAVA = 17
EXTRA = "engine spark needs PySpark; install it by: pip install 'slipstream[spark]'"
INSTALL = f"install it (Debian: apt-get install openjdk-{JAVA}-jre-headless) or set JAVA_HOME to where it is"
ADDRESS = re.compile(r"spark://(.+)")
PATIENCE = 5.0


def check_needs(master: str) -> None:
    """Refuse to start without PySpark, Java and, for a standalone cluster, its master.

    Raises:
        ModuleNotFoundError: PySpark is not installed.
        FileNotFoundError: There is no Java.
        RuntimeError: Java is too old.
        ConnectionError: No master answers.

    """
    if importlib.util.find_spec("pyspark") is None:
        raise ModuleNotFoundError(EXTRA, name="pyspark")
    check_java()
    check_master(master)


def check_java() -> None:
    """Refuse a Java that is missing or too old; JAVA_HOME comes before PATH, as Spark looks for it."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(f"{home}/bin/java" if home else "java")
    if java is None:
        where = f"JAVA_HOME {home}" if home else "PATH"
        raise FileNotFoundError(f"engine spark needs Java {JAVA} or newer and there is none in {where}; {INSTALL}")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    version = re.search(r'version "((?:1\.)?(\d+)[^"]*)"', told.stderr + told.stdout)
    if version is None or int(version[2]) < JAVA:
        found = version[1] if version else "unknown"
        raise RuntimeError(f"engine spark needs Java {JAVA} or newer and {java} is version {found}; {INSTALL}")


def check_master(master: str) -> None:
    """Refuse a standalone cluster none of whose masters listens."""
    found = ADDRESS.fullmatch(master)
    if found is None:
        return
    refusals = []
    for place in found[1].split(","):
        host, _, port = place.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=PATIENCE).close()
        except (OSError, ValueError) as error:
            refusals.append(f"{place}: {error}")
        else:
            return
    raise ConnectionError(
        f"no Spark master answers at {master} ({'; '.join(refusals)}); start it there, or set spark.master in the "
        "option spark to one that runs or to local[*]"
    )
