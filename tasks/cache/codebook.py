"""The texts of the code that products were made by, kept once a digest so that a later change can be shown."""

import json
from collections.abc import Mapping
from pathlib import Path

from slipstream.tasks.cache.fingerprint import Definition, digest_of
from slipstream.tasks.cache.storage import create, private_folder

FOLDER = ".code"


def keep(root: Path, code: Mapping[str, Definition]) -> None:
    """Keep the texts that a task class reaches, unless they are kept already."""
    page = root / FOLDER / f"{digest_of(dict(code))}.json"
    if page.exists():
        return
    with private_folder(root) as folder:
        draft = folder / page.name
        texts = {label: definition.text for label, definition in code.items()}
        draft.write_text(json.dumps(texts, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        create(draft, page)


def texts(root: Path, digest: str) -> dict[str, str] | None:
    """Read the texts of a digest: {"module:name": text}, None where they were not kept or are damaged."""
    try:
        found = json.loads((root / FOLDER / f"{digest}.json").read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None
