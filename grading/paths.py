"""Field paths such as `spec.containers[name=web].image` or `metadata.labels["a.b/c"]`, and what they lead to."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(
    r"""\.?(?P<key>[A-Za-z0-9_$-]+)          # .key
      | \["(?P<quoted>[^"]+)"\]              # ["a.b/c"]
      | \[(?P<index>\d+)\]                   # [0]
      | \[(?P<field>[A-Za-z]+)=(?P<value>[^\]]+)\]  # [name=web]
    """,
    re.VERBOSE,
)


class Absent:
    """The type of ABSENT."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT = Absent()
"""There is nothing at a path; `null` is a value, this is none."""


@dataclass(frozen=True, slots=True)
class _Item:
    field: str
    value: str


_Step = str | int | _Item


def path_problem(path: str) -> str:
    """Why `path` cannot be read; empty when it can."""
    try:
        _steps(path)
    except ValueError as error:
        return str(error)
    return ""


def value_at(root: Any, path: str) -> Any:
    """The value in `root` at `path`, or ABSENT. Raises ValueError when the path cannot be read."""
    for step in _steps(path):
        root = _descend(root, step)
        if root is ABSENT:
            break
    return root


def joined(path: str, key: str) -> str:
    """`path` with one more key, quoted where a dot or slash in it would mislead."""
    if not re.fullmatch(r"[A-Za-z0-9_$-]+", key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def _steps(path: str) -> list[_Step]:
    steps: list[_Step] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise ValueError(f"cannot read the path {path!r} from {path[position:]!r} on")
        steps.append(_step(match))
        position = match.end()
    if not steps:
        raise ValueError("a path cannot be empty")
    return steps


def _step(match: re.Match[str]) -> _Step:
    if match["index"]:
        return int(match["index"])
    if match["field"]:
        return _Item(match["field"], match["value"])
    return match["key"] or match["quoted"]


def _descend(root: Any, step: _Step) -> Any:
    if isinstance(step, str):
        return root.get(step, ABSENT) if isinstance(root, Mapping) else ABSENT
    if not isinstance(root, Sequence) or isinstance(root, str):
        return ABSENT
    if isinstance(step, int):
        return root[step] if step < len(root) else ABSENT
    matching = [item for item in root if isinstance(item, Mapping) and str(item.get(step.field)) == step.value]
    return matching[0] if matching else ABSENT
