"""How a fault is merged into a manifest: JSON merge patch, but lists of named things merge by name.

RFC 7386 (https://www.rfc-editor.org/rfc/rfc7386): a mapping merges key by key, `null` removes a key, anything else
replaces. It also replaces whole lists, which would make a fault repeat a whole container to change one of its fields.
So, as in Kubernetes' strategic merge patch, two lists whose items are all mappings with a string `name` (containers,
env, ports, volumes…) merge item by item: same name merges, a new name is appended, `{name: x, $patch: delete}` removes.
Every other list is replaced. An item's order is the original's.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any


def merged(original: Any, patch: Any) -> Any:
    """`original` with `patch` merged in; neither is changed, and nothing is shared with them."""
    if isinstance(patch, Mapping):
        return _merged_mapping(original if isinstance(original, Mapping) else {}, patch)
    if _is_named(patch):
        return _merged_list(original if _is_named(original) else [], patch)
    return copy.deepcopy(patch)


def _merged_mapping(original: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    # Keys keep the original's order, so that a diff of healthy and broken shows the fault alone.
    ordered = [*original, *(key for key in patch if key not in original)]
    result: dict[str, Any] = {}
    for key in ordered:
        if key not in patch:
            result[key] = copy.deepcopy(original[key])
        elif patch[key] is not None:
            result[key] = merged(original.get(key), patch[key])
    return result


def _merged_list(original: Sequence[Mapping[str, Any]], patch: Sequence[Mapping[str, Any]]) -> list[Any]:
    patches = {item["name"]: item for item in patch}
    known = {item["name"] for item in original}
    result = []
    for item in original:
        change = patches.get(item["name"])
        if change is None:
            result.append(copy.deepcopy(item))
        elif change.get("$patch") != "delete":
            result.append(merged(item, change))
    result += [merged({}, item) for item in patch if item["name"] not in known and item.get("$patch") != "delete"]
    return result


def _is_named(value: Any) -> bool:
    """A non-empty list of mappings with distinct string names."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        return False
    names = [item.get("name") if isinstance(item, Mapping) else None for item in value]
    return all(isinstance(name, str) for name in names) and len(set(names)) == len(names)


def _by_name(items: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {item["name"]: item for item in items}


def differences(healthy: Any, broken: Any, place: tuple[str, ...] = ()) -> dict[tuple[str, ...], tuple[Any, Any]]:
    """Every leaf place where two values differ, with both; None where there is nothing."""
    if isinstance(healthy, Mapping) and isinstance(broken, Mapping):
        found: dict[tuple[str, ...], tuple[Any, Any]] = {}
        for key in {**healthy, **broken}:
            found |= differences(healthy.get(key), broken.get(key), (*place, str(key)))
        return found
    if isinstance(healthy, Mapping) and broken is None:
        return differences(healthy, {}, place) or {place: (healthy, None)}
    if isinstance(broken, Mapping) and healthy is None:
        return differences({}, broken, place) or {place: (None, broken)}
    if _is_named(healthy) and _is_named(broken):
        return differences(_by_name(healthy), _by_name(broken), place)
    return {} if healthy == broken else {place: (healthy, broken)}
