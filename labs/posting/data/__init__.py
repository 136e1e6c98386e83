"""What the posting reader knows, as data: the taxonomy and the vocabulary."""

from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent

# Some builds of PyYAML lack libyaml; they read the same, more slowly.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_data(name: str) -> Any:
    """Return the parsed content of one of the data files here."""
    return yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - a safe loader
