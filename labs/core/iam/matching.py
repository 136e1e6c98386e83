"""Wildcards, variables, and what an action or resource element covers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from labs.core.iam.document import Listed
from labs.core.iam.request import Context
from labs.core.iam.truth import NO, YES, Truth, Words, any_of, negated, truth_of, unknown

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_WITH_DEFAULT = re.compile(r"\s*([^,']+?)\s*,\s*'(.*)'\s*", re.DOTALL)
_HEAD_COLONS = 5
"""How many colons an ARN has before the part that names the resource."""
_MANY, _ONE = "*", "?"


class Mode(Enum):
    """How far a wildcard reaches."""

    PLAIN = "everything"
    RESOURCE = "within a segment; beyond it when `*` ends the segment, or in an ARN's last part"
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html"""
    COMPONENTS = "within one of an ARN's six components"
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a pattern: `is_literal` when it came from a variable, so that its `*` is an asterisk."""

    text: str
    is_literal: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A pattern with its variables replaced. `missing`: a key that the request does not have; `doubt`: see Context."""

    pieces: tuple[Piece, ...]
    missing: str = ""
    doubt: Words | None = None

    @property
    def text(self) -> str:
        """As plain text."""
        return "".join(piece.text for piece in self.pieces)


def resolve(pattern: str, context: Context, *, has_variables: bool) -> Resolved:
    """The pattern's pieces, with variables replaced where the policy's version has them.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    if not has_variables or "${" not in pattern:
        return Resolved((Piece(pattern),))
    pieces: list[Piece] = []
    place = 0
    for found in _VARIABLE.finditer(pattern):
        pieces.append(Piece(pattern[place : found.start()]))
        place = found.end()
        value = _variable(found[1], context)
        if isinstance(value, Resolved):
            return value
        pieces.append(Piece(value, is_literal=True))
    pieces.append(Piece(pattern[place:]))
    return Resolved(tuple(piece for piece in pieces if piece.text or piece.is_literal))


def _variable(inside: str, context: Context) -> str | Resolved:
    if inside in ("*", "?", "$"):
        return inside
    with_default = _WITH_DEFAULT.fullmatch(inside)
    key, default = (with_default[1], with_default[2]) if with_default else (inside.strip(), None)
    if doubt := context.doubt(key):
        return Resolved((), doubt=doubt)
    values = context.find(key)
    if not values:
        return Resolved((), missing=key) if default is None else default
    if len(values) > 1:
        return Resolved((), doubt=Words(
            f"{key} has several values, which a variable cannot hold",
            f"{key} tiene varios valores, y una variable solo admite uno",
        ))  # fmt: skip
    return values[0]


def is_match(pieces: tuple[Piece, ...], text: str, mode: Mode = Mode.PLAIN) -> bool:
    """Whether the pattern covers the whole text. Takes time proportional to their lengths, whatever the pattern."""
    return _automaton(pieces, mode).accepts(text)


def is_plain_match(pattern: str, text: str) -> bool:
    """Whether `pattern` with `*` and `?` covers the whole text."""
    return is_match((Piece(pattern),), text)


@dataclass(frozen=True, slots=True)
class _Automaton:
    """Bit i: the first i tokens are matched. Sets of states are integers, so nothing is ever tried twice."""

    exact: dict[str, int]
    any_but_colon: int
    any_at_all: int
    loops_but_colon: int
    loops: int
    stars: int
    accepting: int

    def accepts(self, text: str) -> bool:
        states = self._with_skipped_stars(1)
        for character in text:
            moving = self.exact.get(character, 0) | self.any_at_all
            staying = self.loops
            if character != ":":
                moving |= self.any_but_colon
                staying |= self.loops_but_colon
            states = self._with_skipped_stars((states & moving) << 1 | states & staying)
            if not states:
                return False
        return bool(states & self.accepting)

    def _with_skipped_stars(self, states: int) -> int:
        return states | (states & self.stars) << 1  # two stars never follow each other


@lru_cache(maxsize=1024)
def _automaton(pieces: tuple[Piece, ...], mode: Mode) -> _Automaton:
    exact: dict[str, int] = {}
    any_but_colon = any_at_all = loops_but_colon = loops = 0
    count = 0
    for token, crosses in _tokens(pieces, mode):
        bit = 1 << count
        count += 1
        if len(token) == 1:
            exact[token] = exact.get(token, 0) | bit
        elif token == _MANY * 2:
            loops, loops_but_colon = (loops | bit, loops_but_colon) if crosses else (loops, loops_but_colon | bit)
        else:
            any_at_all, any_but_colon = (
                (any_at_all | bit, any_but_colon) if crosses else (any_at_all, any_but_colon | bit)
            )
    return _Automaton(exact, any_but_colon, any_at_all, loops_but_colon, loops, loops | loops_but_colon, 1 << count)


def _tokens(pieces: tuple[Piece, ...], mode: Mode) -> Iterator[tuple[str, bool]]:
    """Characters, and wildcards (`**` many, `??` one) with whether they reach across colons."""
    flat = [(character, piece.is_literal) for piece in pieces for character in piece.text]
    colons = 0
    for place, (character, is_literal) in enumerate(flat):
        following = flat[place + 1] if place + 1 < len(flat) else (":", False)
        is_head = mode is not Mode.PLAIN and colons < _HEAD_COLONS
        if is_literal or character not in (_MANY, _ONE):
            colons += character == ":"
            yield character, False
        elif character == _ONE:
            yield _ONE * 2, not is_head
        elif following != (_MANY, False):  # of several stars the last speaks
            ends_segment = mode is Mode.RESOURCE and following[0] == ":"
            yield _MANY * 2, not is_head or ends_segment


def covers_action(actions: Listed, action: str) -> Truth:
    """Whether an Action or NotAction element covers the action. Case does not count."""
    if actions.is_inverted and not actions.values:
        return _empty("NotAction")
    found = truth_of(any(is_plain_match(each.lower(), action.lower()) for each in actions.values))
    return negated(found) if actions.is_inverted else found


def covers_resource(resources: Listed, resource: str, context: Context, *, has_variables: bool) -> Truth:
    """Whether a Resource or NotResource element covers the resource. Case counts."""
    if resources.is_inverted and not resources.values:
        return _empty("NotResource")
    results: list[Truth] = []
    missing = ""
    for pattern in resources.values:
        resolved = resolve(pattern, context, has_variables=has_variables)
        missing = missing or resolved.missing
        if not resolved.missing:
            results.append(_is_resource(pattern, resolved, resource))
    found = with_missing(any_of(results), missing, is_inverted=resources.is_inverted)
    return negated(found) if resources.is_inverted else found


def with_missing(found: Truth, missing: str, *, is_inverted: bool) -> Truth:
    """What a list says of which a value names a variable that the request does not have.

    Such a value matches nothing; that it may make the whole statement invalid leaves the rest unknown:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    if not missing or (found == NO and not is_inverted):
        return found
    return unknown(
        f"the request has no {missing}, and AWS says only that this may make the statement invalid",
        f"la petición no tiene {missing}, y AWS solo dice que eso puede invalidar la sentencia",
    )


def _is_resource(pattern: str, resolved: Resolved, resource: str) -> Truth:
    if resolved.doubt:
        return Truth(None, (resolved.doubt,))
    if not pattern.strip("*"):
        return truth_of(bool(pattern))
    head = _head(pattern)
    service = head.split(":")[2] if head.count(":") > 1 else _MANY
    is_odd = not pattern.startswith("arn:") or "${" in head or _MANY in service or _ONE in service
    if not is_match(resolved.pieces, resource, Mode.PLAIN if is_odd else Mode.RESOURCE):
        return NO
    if is_odd:
        return unknown(
            f"the resource {pattern} is not of a form that AWS documents",
            f"el recurso {pattern} no tiene una forma que AWS documente",
        )
    return YES


def _head(pattern: str) -> str:
    """The part before the fifth colon that is not inside a variable."""
    blanked = _VARIABLE.sub(lambda found: "${" + "_" * (len(found[0]) - 3) + "}", pattern)
    place = -1
    for _ in range(_HEAD_COLONS):
        place = blanked.find(":", place + 1)
        if place < 0:
            return blanked
    return blanked[:place]


def _empty(field: str) -> Truth:
    return unknown(f"{field} is an empty list", f"{field} es una lista vacía")
