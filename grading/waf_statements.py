"""Whether a rule statement of AWS WAF matches a request: yes, no, or None where that is not modelled.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html
"""

import html
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

BODY_LIMIT_BYTES = 8192
"""What a load balancer hands to WAF; other resources may hand more.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html
"""
Statement = Mapping[str, Any]

_GAP = r"(?:\s|\+|/\*.*?\*/)+"
_SQL = re.compile(
    rf"['\"]{_GAP}?(?:or|and){_GAP}|union{_GAP}(?:all{_GAP})?select{_GAP}|;{_GAP}?(?:drop|delete|insert|update){_GAP}",
    re.IGNORECASE | re.DOTALL,
)
_XSS = re.compile(r"<\s*script|javascript:|on(?:error|load)\s*=", re.IGNORECASE)
_CHANGES: dict[str, Callable[[str], str]] = {
    "NONE": str,
    "LOWERCASE": str.lower,
    "URL_DECODE": unquote_plus,
    "URL_DECODE_UNI": unquote_plus,
    "HTML_ENTITY_DECODE": html.unescape,
    "COMPRESS_WHITE_SPACE": lambda text: re.sub(r"\s+", " ", text),
}
_PLACES: dict[str, Callable[[str, str], bool]] = {
    "EXACTLY": lambda text, part: text == part,
    "STARTS_WITH": str.startswith,
    "ENDS_WITH": str.endswith,
    "CONTAINS": lambda text, part: part in text,
    "CONTAINS_WORD": lambda text, part: bool(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text)),
}
_LOGIC = frozenset({"AndStatement", "OrStatement", "NotStatement"})
_SIZES: dict[str, Callable[[int, int], bool]] = {
    "EQ": int.__eq__, "NE": int.__ne__, "LE": int.__le__, "LT": int.__lt__, "GE": int.__ge__, "GT": int.__gt__,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WebRequest:
    """A request as a client sends it."""

    method: str
    path: str
    query: str = ""
    """As it stands after the question mark, still encoded."""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case names."""


def has_sql(text: str) -> bool:
    """Whether the text holds one of a few plain forms of SQL injection: no judge of subtle ones."""
    return bool(_SQL.search(text))


def has_script(text: str) -> bool:
    """Whether the text holds one of a few plain forms of cross-site scripting."""
    return bool(_XSS.search(text))


def matches(statement: Statement, request: WebRequest, labels: Collection[str] = ()) -> bool | None:
    """Whether the statement matches; None: not modelled."""
    kind, inner = next((name, value) for name, value in statement.items() if value is not None)
    if kind in _LOGIC:
        return _combined(kind, inner, request, labels)
    if kind == "LabelMatchStatement":
        key = inner["Key"]
        return any(each == key or each.endswith(f":{key}") for each in labels) if inner["Scope"] == "LABEL" else None
    if kind == "RateBasedStatement":
        return False  # one request is no rate
    if kind == "SizeConstraintStatement":
        return _has_size(inner, request)
    test = _text_test(kind, inner)
    return None if test is None else _any_text(inner, request, test)


def _combined(kind: str, inner: Statement, request: WebRequest, labels: Collection[str]) -> bool | None:
    """And, Or and Not of three values: what is not modelled matters only where it decides."""
    if kind == "NotStatement":
        found = matches(inner["Statement"], request, labels)
        return None if found is None else not found
    parts = [matches(each, request, labels) for each in inner["Statements"]]
    decisive = kind == "OrStatement"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _text_test(kind: str, inner: Statement) -> Callable[[str], bool] | None:
    if kind == "SqliMatchStatement":
        return has_sql
    if kind == "XssMatchStatement":
        return has_script
    if kind == "RegexMatchStatement":
        return lambda text: bool(re.search(inner["RegexString"], text))
    if kind == "ByteMatchStatement":
        return lambda text: _PLACES[inner["PositionalConstraint"]](text, inner["SearchString"])
    return None


def _any_text(inner: Statement, request: WebRequest, test: Callable[[str], bool]) -> bool | None:
    if (oversize := _oversize(inner, request)) is not None:
        return oversize
    texts = _texts(inner["FieldToMatch"], request)
    changes = [_CHANGES.get(each["Type"]) for each in sorted(inner["TextTransformations"], key=lambda e: e["Priority"])]
    if texts is None or None in changes:
        return None
    for change in changes:
        texts = [change(text) for text in texts if change]
    return any(test(text) for text in texts)


def _has_size(inner: Statement, request: WebRequest) -> bool | None:
    if (oversize := _oversize(inner, request)) is not None:
        return oversize
    operator, size = inner["ComparisonOperator"], int(inner["Size"])
    is_cut = "Body" in inner["FieldToMatch"] and len(request.body.encode()) > BODY_LIMIT_BYTES
    if is_cut and size >= BODY_LIMIT_BYTES:
        return None  # AWS does not say whether the whole body is measured, or what WAF got of it
    texts = _texts(inner["FieldToMatch"], request)
    return None if texts is None else any(_SIZES[operator](len(text.encode()), size) for text in texts)


def _oversize(inner: Statement, request: WebRequest) -> bool | None:
    """What the statement says of a body larger than WAF gets; None: it looks at what it gets."""
    handling = (inner["FieldToMatch"].get("Body") or {}).get("OversizeHandling", "CONTINUE")
    if len(request.body.encode()) <= BODY_LIMIT_BYTES or handling == "CONTINUE":
        return None
    return bool(handling == "MATCH")


def _texts(place: Mapping[str, Any], request: WebRequest) -> list[str] | None:
    """The parts of the request that are looked at; None: not modelled."""
    name, inner = next((name, value) for name, value in place.items() if value is not None)
    arguments = [part.partition("=") for part in request.query.split("&") if part]
    known: dict[str, list[str]] = {
        "Body": [request.body.encode()[:BODY_LIMIT_BYTES].decode(errors="ignore")],
        "UriPath": [request.path],
        "QueryString": [request.query],
        "Method": [request.method],
        "AllQueryArguments": [text for key, _, value in arguments for text in (key, value)],
    }
    if name == "SingleHeader":
        return [request.headers[key] for key in (inner["Name"].lower(),) if key in request.headers]
    if name == "SingleQueryArgument":
        return [value for key, _, value in arguments if key.lower() == inner["Name"].lower()]
    return known.get(name)


def decoded_arguments(request: WebRequest) -> list[str]:
    """The values of the query's arguments."""
    return [value for _, value in parse_qsl(request.query, keep_blank_values=True)]
