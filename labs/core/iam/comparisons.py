"""Each condition operator's comparison of one value of the request with one of the policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labs.core.iam.matching import Mode, Resolved, is_match
from labs.core.iam.truth import Truth, truth_of, unknown

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

Comparison = Callable[[str, Resolved], Truth]
"""(the request's value, the policy's) → whether they match, before any negation."""

_W3C_DATE = re.compile(r"\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?")
_EPOCH = re.compile(r"\d{5,}(\.\d+)?")
"""Four digits are a year in W3C's form and a second of 1970 otherwise: AWS does not say which."""
_ARN_COLONS = 5


@dataclass(frozen=True, slots=True)
class Operator:
    """How a family compares, and what a documented name adds to it."""

    comparison: Comparison
    is_negated: bool = False
    has_variables: bool = False


def _unreadable(value: str, what_en: str, what_es: str) -> Truth:
    return unknown(f"{value!r} is no {what_en}", f"{value!r} no es {what_es}")


def _equals(value: str, pattern: Resolved) -> Truth:
    return truth_of(value == pattern.text)


def _equals_ignoring_case(value: str, pattern: Resolved) -> Truth:
    return truth_of(value.lower() == pattern.text.lower())


def _like(value: str, pattern: Resolved) -> Truth:
    return truth_of(is_match(pattern.pieces, value))


def _arn_like(value: str, pattern: Resolved) -> Truth:
    if pattern.text.count(":") < _ARN_COLONS:
        return _unreadable(pattern.text, "pattern of an ARN's six parts", "un patrón de las seis partes de un ARN")
    return truth_of(is_match(pattern.pieces, value, Mode.COMPONENTS))


def _bool(value: str, pattern: Resolved) -> Truth:
    for text in (value, pattern.text):
        if text.lower() not in ("true", "false"):
            return _unreadable(text, "boolean", "un booleano")
    return truth_of(value.lower() == pattern.text.lower())


def _binary(value: str, pattern: Resolved) -> Truth:
    from base64 import b64decode  # noqa: PLC0415 - rarely needed

    try:
        return truth_of(b64decode(value, validate=True) == b64decode(pattern.text, validate=True))
    except ValueError:
        return _unreadable(pattern.text, "Base64", "Base64")


def _ip(value: str, pattern: Resolved) -> Truth:
    from ipaddress import ip_address, ip_network  # noqa: PLC0415 - 4 ms that most requests do not need

    try:
        return truth_of(ip_address(value) in ip_network(pattern.text, strict=False))
    except ValueError:
        return _unreadable(f"{value} / {pattern.text}", "address and range", "una dirección y un rango")


def _numeric(compare: Callable[["Decimal", "Decimal"], bool]) -> Comparison:
    def comparison(value: str, pattern: Resolved) -> Truth:
        numbers = []
        for text in (value, pattern.text):
            number = _number(text)
            if number is None:
                return _unreadable(text, "number", "un número")
            numbers.append(number)
        return truth_of(compare(*numbers))

    return comparison


def _number(text: str) -> "Decimal | None":
    from decimal import Decimal, InvalidOperation  # noqa: PLC0415 - rarely needed

    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _dated(compare: Callable[["datetime", "datetime"], bool]) -> Comparison:
    def comparison(value: str, pattern: Resolved) -> Truth:
        moments = []
        for text in (value, pattern.text):
            moment = _moment(text)
            if moment is None:
                return _unreadable(text, "date of the documented forms", "una fecha de las formas documentadas")
            moments.append(moment)
        return truth_of(compare(*moments))

    return comparison


def _moment(text: str) -> "datetime | None":
    from datetime import UTC, datetime  # noqa: PLC0415 - rarely needed

    try:
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        if not _W3C_DATE.fullmatch(text):
            return None
        moment = datetime.fromisoformat(f"{text}-01" if len(text) == len("2020-01") else text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_ORDERS: dict[str, Callable[[object, object], bool]] = {
    "LessThan": lambda one, other: one < other,  # type: ignore[operator]
    "LessThanEquals": lambda one, other: one <= other,  # type: ignore[operator]
    "GreaterThan": lambda one, other: one > other,  # type: ignore[operator]
    "GreaterThanEquals": lambda one, other: one >= other,  # type: ignore[operator]
}


def _is_same(one: object, other: object) -> bool:
    return one == other


OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(_equals, has_variables=True),
    "StringNotEquals": Operator(_equals, is_negated=True, has_variables=True),
    "StringEqualsIgnoreCase": Operator(_equals_ignoring_case, has_variables=True),
    "StringNotEqualsIgnoreCase": Operator(_equals_ignoring_case, is_negated=True, has_variables=True),
    "StringLike": Operator(_like, has_variables=True),
    "StringNotLike": Operator(_like, is_negated=True, has_variables=True),
    "ArnEquals": Operator(_arn_like, has_variables=True),
    "ArnLike": Operator(_arn_like, has_variables=True),
    "ArnNotEquals": Operator(_arn_like, is_negated=True, has_variables=True),
    "ArnNotLike": Operator(_arn_like, is_negated=True, has_variables=True),
    "Bool": Operator(_bool, has_variables=True),
    "BinaryEquals": Operator(_binary),
    "IpAddress": Operator(_ip),
    "NotIpAddress": Operator(_ip, is_negated=True),
    "NumericEquals": Operator(_numeric(_is_same)),
    "NumericNotEquals": Operator(_numeric(_is_same), is_negated=True),
    **{f"Numeric{name}": Operator(_numeric(order)) for name, order in _ORDERS.items()},
    "DateEquals": Operator(_dated(_is_same)),
    "DateNotEquals": Operator(_dated(_is_same), is_negated=True),
    **{f"Date{name}": Operator(_dated(order)) for name, order in _ORDERS.items()},
}
"""By its documented name. `Null` is not here: it asks about the key and not about its value."""
