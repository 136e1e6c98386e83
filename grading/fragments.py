"""Expectations as object fragments: what a fragment says must be in the object; what it does not say is free.

Mappings match when every key of the fragment matches. Lists of mappings match item by item: by `name` where the
fragment's items have one, otherwise by position. Other lists match when equal. Operators, as the only key of a mapping:
`$absent: true`, `$not: fragment`, `$one_of: [fragment, …]`, `$at_least: number`, `$at_most: number`.
The idea is chainsaw's (https://kyverno.github.io/chainsaw): path, expected, actual.

That a named port is as good as its number is not a fragment's business: say such things by how the system behaves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grading.paths import ABSENT, joined


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where an object is not as the fragment says. `actual` is ABSENT where there is nothing."""

    path: str
    expected: Any
    actual: Any


def mismatches(fragment: Any, actual: Any, path: str = "") -> list[Mismatch]:
    """All places where `actual` is not as `fragment` says; empty when it matches. Pure; never raises on any JSON."""
    if operator := _operator(fragment):
        return [] if _OPERATORS[operator].holds(fragment[operator], actual) else [Mismatch(path, fragment, actual)]
    if isinstance(fragment, Mapping) and isinstance(actual, Mapping):
        found: list[Mismatch] = []
        for key, part in fragment.items():
            found += mismatches(part, actual.get(key, ABSENT), joined(path, str(key)))
        return found
    if _is_list(fragment) and _is_list(actual):
        return _list_mismatches(fragment, actual, path)
    return [] if _same(fragment, actual) else [Mismatch(path, fragment, actual)]


def fragment_problems(fragment: Any, path: str = "") -> list[str]:
    """What is wrong with a fragment itself: unknown operators, operators beside other keys, bad operands."""
    if _is_list(fragment):
        return [problem for i, item in enumerate(fragment) for problem in fragment_problems(item, f"{path}[{i}]")]
    if not isinstance(fragment, Mapping):
        return []
    operators = [str(key) for key in fragment if str(key).startswith("$")]
    if not operators:
        return [p for key, item in fragment.items() for p in fragment_problems(item, joined(path, str(key)))]
    complaint = _operator_complaint(fragment, operators[0])
    if complaint:
        return [f"{path or '(root)'}: {complaint}"]
    return fragment_problems(fragment[operators[0]], joined(path, operators[0]))


def _operator_complaint(fragment: Mapping[Any, Any], name: str) -> str:
    if len(fragment) > 1:
        return f"an operator must stand alone, but {', '.join(map(str, fragment))} stand together"
    if name not in _OPERATORS:
        return f"unknown operator {name}; there are {', '.join(sorted(_OPERATORS))}"
    complaint = _OPERATORS[name].complaint(fragment[name])
    return complaint and f"{name} {complaint}"


def _list_mismatches(fragment: Sequence[Any], actual: Sequence[Any], path: str) -> list[Mismatch]:
    if not fragment or not all(isinstance(item, Mapping) for item in fragment):
        return [] if _same(fragment, actual) else [Mismatch(path, fragment, actual)]
    by_name = all(isinstance(item.get("name"), str) for item in fragment)
    found: list[Mismatch] = []
    for position, item in enumerate(fragment):
        if by_name:
            named = (have for have in actual if isinstance(have, Mapping) and have.get("name") == item["name"])
            found += mismatches(item, next(named, ABSENT), f"{path}[name={item['name']}]")
        else:
            have = actual[position] if position < len(actual) else ABSENT
            found += mismatches(item, have, f"{path}[{position}]")
    return found


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _same(expected: Any, actual: Any) -> bool:
    """Equal as JSON values: true is not 1, but 1 is 1.0."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if _is_list(expected) and _is_list(actual):
        return len(expected) == len(actual) and all(map(_same, expected, actual))
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return expected.keys() == actual.keys() and all(_same(expected[key], actual[key]) for key in expected)
    return bool(expected == actual)


def _operator(fragment: Any) -> str:
    if isinstance(fragment, Mapping) and len(fragment) == 1:
        (key,) = fragment
        if key in _OPERATORS:
            return str(key)
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class _Operator:
    holds: Callable[[Any, Any], bool]
    complaint: Callable[[Any], str]
    """Why an operand will not do; empty when it will."""


def _number_complaint(operand: Any) -> str:
    return "" if _is_number(operand) else "needs a number"


_OPERATORS: dict[str, _Operator] = {
    "$absent": _Operator(
        holds=lambda _, actual: actual is ABSENT,
        complaint=lambda operand: "" if operand is True else "is only ever true",
    ),
    "$not": _Operator(
        holds=lambda operand, actual: bool(mismatches(operand, actual)),
        complaint=lambda _: "",
    ),
    "$one_of": _Operator(
        holds=lambda operand, actual: any(not mismatches(choice, actual) for choice in operand),
        complaint=lambda operand: "" if _is_list(operand) and operand else "needs a list with something in it",
    ),
    "$at_least": _Operator(
        holds=lambda operand, actual: _is_number(actual) and actual >= operand,
        complaint=_number_complaint,
    ),
    "$at_most": _Operator(
        holds=lambda operand, actual: _is_number(actual) and actual <= operand,
        complaint=_number_complaint,
    ),
}
