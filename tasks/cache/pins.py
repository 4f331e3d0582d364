"""Products that somebody wants kept: a page each, read by the collection of what nobody needs."""

import getpass
import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from slipstream.tasks.cache.manifest import Manifest
from slipstream.tasks.cache.storage import private_folder, publish, writing

FOLDER = ".pins"
PAGE = re.compile(r"[0-9a-f]{20}\.json")
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Pin:
    """The wish that a product and all it was made from stay: who wished it, when (UTC) and why."""

    key: str
    task: str
    by: str
    at: str
    why: str


def pin(root: Path, manifest: Manifest, why: str) -> Pin:
    """Have a product kept; a later pin takes the place of an earlier one."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    made = Pin(manifest.key, manifest.task, _user(), now, why)
    with private_folder(root) as folder:
        draft = folder / "pin"
        draft.write_text(json.dumps(asdict(made), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        publish(draft, _page(root, manifest.key))
    return made


def unpin(root: Path, key: str) -> bool:
    """Withdraw a pin; tell whether there was one."""
    page = _page(root, key)
    with writing(root):
        was_there = page.exists()
        page.unlink(missing_ok=True)
    return was_there


def read_pins(root: Path) -> dict[str, Pin]:
    """Read the pins by key; one whose page is damaged still counts."""
    pages = sorted(page for page in (root / FOLDER).glob("*.json") if PAGE.fullmatch(page.name))
    return {page.stem: _read(page) for page in pages}


def _read(page: Path) -> Pin:
    try:
        return Pin(**{**json.loads(page.read_bytes()), "key": page.stem})
    except (OSError, ValueError, TypeError):
        return Pin(page.stem, UNKNOWN, UNKNOWN, "", f"{page} cannot be read")


def _page(root: Path, key: str) -> Path:
    return root / FOLDER / f"{key}.json"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return UNKNOWN
