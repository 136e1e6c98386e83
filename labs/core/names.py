"""Names that are known only once a system is there: `${name}` in the strings of plain data."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from labs.core.errors import InputError

_NAME = re.compile(r"\$\{([A-Za-z][\w.-]*)\}")


def replaced(data: Any, names: Mapping[str, str]) -> Any:
    """The data with every `${name}` replaced, keys included. Raises InputError for names that are not known."""
    if isinstance(data, str):
        return _NAME.sub(lambda match: _known(match[1], names), data)
    if isinstance(data, Mapping):
        return {replaced(key, names): replaced(value, names) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [replaced(value, names) for value in data]
    return data


def used(data: Any) -> Iterator[str]:
    """The names in the strings of the data."""
    if isinstance(data, str):
        yield from _NAME.findall(data)
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from used(key)
            yield from used(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from used(value)


def _known(name: str, names: Mapping[str, str]) -> str:
    if name not in names:
        raise InputError(f"${{{name}}} names nothing here.", hint=f"Known: {', '.join(sorted(names)) or 'nothing'}.")
    return names[name]
