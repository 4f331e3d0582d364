"""Where products are kept: in a named folder, or in the one that the configuration sets."""

import os
import warnings
from collections.abc import Iterable
from configparser import InterpolationError
from pathlib import Path

from luigi import configuration

from slipstream.stop import Code, Stop
from slipstream.tasks.cache.storage import local_root

BASE = Path("conf/base.ini")
OPTION = ("TaskOnKart", "workspace_directory")
DEFAULT = "workspace"
REMEDY = "name one by --workspace, or set workspace_directory in [TaskOnKart]"


def add_files(files: Iterable[Path | str]) -> list[Path]:
    """Load conf/base.ini of the working folder if there is one, then the given files, later ones winning."""
    chosen = [*([BASE] if BASE.exists() else []), *map(Path, files)]
    for path in chosen:
        if not path.is_file():
            raise Stop(Code.MISUSED, f"there is no configuration file {path}; give an existing one to --conf")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the engine announces which parser it took
            configuration.add_config_path(str(path))
    return chosen


def find_workspace(workspace: Path | str | None = None, files: Iterable[Path | str] | None = None) -> Path:
    """Find a workspace that can be looked at: the named one, else that of the given and the base configuration.

    Without files to load, a configuration that already names a workspace counts as it is.

    Raises:
        FileNotFoundError: There is no such folder.
        PermissionError: It may not be read.
        ValueError: It is no local folder.

    """
    if workspace is None and (files is not None or not configuration.get_config().has_option(*OPTION)):
        add_files(files or [])
    root = local_root(str(workspace or _configured()))
    if not root.is_dir():
        raise FileNotFoundError(f"there is no workspace {root}; {REMEDY}")
    if not os.access(root, os.R_OK | os.X_OK):
        raise PermissionError(f"workspace {root} may not be read; {REMEDY}")
    return root


def _configured() -> str:
    try:
        return str(configuration.get_config().get(*OPTION, DEFAULT))
    except InterpolationError as error:
        raise ValueError(f"workspace_directory in [TaskOnKart] cannot be read: {error.message}") from error
