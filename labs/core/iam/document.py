"""Policy documents, parsed.

The grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labs.core.errors import InputError

CURRENT_VERSION = "2012-10-17"
DEFAULT_VERSION = "2008-10-17"
"""What a document without `Version` is written in: variables are plain text in it."""
_DOCUMENT_FIELDS = {"Version", "Id", "Statement"}
_EXCLUSIVE = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_STATEMENT_FIELDS = {"Sid", "Effect", "Condition"}.union(*_EXCLUSIVE)
PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")


class PolicyError(InputError):
    """The document is no policy. `facts` names `statement` (its index from 0, or "") and `field`."""

    def __init__(self, problem: str, *, field: str, index: int | None = None) -> None:
        where = "" if index is None else f"Statement[{index}]."
        super().__init__(
            f"Not an IAM policy: {where}{field} {problem}.",
            hint="The grammar is in the IAM User Guide: `reference_policies_grammar`.",
            statement="" if index is None else str(index),
            field=field,
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """The values of an element, or everything but them: `Action` or `NotAction`, and likewise `Resource`."""

    values: tuple[str, ...]
    is_inverted: bool = False


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    """`Principal` or `NotPrincipal`. A bare "*" is ("*", "*") in `values`, which holds pairs of type and name."""

    values: tuple[tuple[str, str], ...]
    is_inverted: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator. `values` as text: true is "true", 5 is "5"."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `label` is its Sid, or its place in the document (`#1` is the first)."""

    label: str
    is_allow: bool
    actions: Listed
    resources: Listed | None
    principals: PrincipalElement | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed document. `name` is for people."""

    name: str
    version: str
    statements: tuple[Statement, ...]

    @property
    def has_variables(self) -> bool:
        """Whether `${...}` in it stands for a value of the request.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
        """
        return self.version == CURRENT_VERSION


def parse(document: str | Mapping[str, Any], *, name: str = "policy") -> Policy:
    """The policy in a JSON text or in what one decodes to. Raises PolicyError, and nothing else, for every other input.

    Stricter than moto and as strict as IAM where it matters: unknown and repeated elements are refused.
    """
    content = _decoded(document) if isinstance(document, str) else document
    if not isinstance(content, Mapping):
        raise PolicyError("must be an object", field="document")
    _no_others(content, _DOCUMENT_FIELDS, index=None)
    version = content.get("Version", DEFAULT_VERSION)
    if version not in (CURRENT_VERSION, DEFAULT_VERSION):
        raise PolicyError(f"must be {CURRENT_VERSION} or {DEFAULT_VERSION}", field="Version")
    if "Statement" not in content:
        raise PolicyError("is missing", field="Statement")
    listed = content["Statement"]
    statements = listed if isinstance(listed, Sequence) and not isinstance(listed, str) else [listed]
    return Policy(name, version, tuple(_statement(each, index) for index, each in enumerate(statements)))


def _decoded(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"is not JSON ({type(error).__name__}: {error})", field="document") from error


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Decodes an object; IAM refuses repeated elements, of which Python's decoder would silently keep the last."""
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        raise PolicyError("is there twice", field=next(name for name in names if names.count(name) > 1))
    return content


def _no_others(content: Mapping[Any, Any], known: set[str], *, index: int | None) -> None:
    for field in content:
        if field not in known:
            raise PolicyError("is not an element of policies", field=str(field), index=index)


def _statement(content: Any, index: int) -> Statement:
    if not isinstance(content, Mapping):
        raise PolicyError("must be an object", field="", index=index)
    _no_others(content, _STATEMENT_FIELDS, index=index)
    for pair in _EXCLUSIVE:
        if all(name in content for name in pair):
            raise PolicyError(f"excludes {pair[1]}", field=pair[0], index=index)
    effect = content.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise PolicyError("must be Allow or Deny", field="Effect", index=index)
    sid = content.get("Sid", "")
    if not isinstance(sid, str):
        raise PolicyError("must be text", field="Sid", index=index)
    principals = _principals(content, index)
    resources = _listed(content, "Resource", index)
    if resources is None and principals is None:
        raise PolicyError("is missing", field="Resource", index=index)
    return Statement(
        sid or f"#{index + 1}", effect == "Allow", _actions(content, index), resources, principals,
        _conditions(content.get("Condition", {}), index),
    )  # fmt: skip


def _actions(content: Mapping[str, Any], index: int) -> Listed:
    actions = _listed(content, "Action", index)
    if actions is None:
        raise PolicyError("is missing", field="Action", index=index)
    for action in actions.values:
        if action.strip("*") and ":" not in action:
            raise PolicyError(f"names no service in {action!r}", field=_name(content, "Action"), index=index)
    return actions


def _name(content: Mapping[str, Any], name: str) -> str:
    return name if name in content else f"Not{name}"


def _listed(content: Mapping[str, Any], name: str, index: int) -> Listed | None:
    field = _name(content, name)
    if field not in content:
        return None
    return Listed(_texts(content[field], field, index), is_inverted=field != name)


def _texts(value: Any, field: str, index: int) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Sequence) or not all(isinstance(each, str) for each in values):
        raise PolicyError("must be text or a list of texts", field=field, index=index)
    return tuple(values)


def _principals(content: Mapping[str, Any], index: int) -> PrincipalElement | None:
    field = _name(content, "Principal")
    if field not in content:
        return None
    value = content[field]
    if value == "*":
        return PrincipalElement((("*", "*"),), is_inverted=field != "Principal")
    if not isinstance(value, Mapping):
        raise PolicyError('must be "*" or an object', field=field, index=index)
    pairs: list[tuple[str, str]] = []
    for kind, names in value.items():
        if kind not in PRINCIPAL_TYPES:
            raise PolicyError(f"has the unknown type {kind!r}", field=field, index=index)
        pairs += [(kind, name) for name in _texts(names, f"{field}.{kind}", index)]
    return PrincipalElement(tuple(pairs), is_inverted=field != "Principal")


def _conditions(content: Any, index: int) -> tuple[Condition, ...]:
    if not isinstance(content, Mapping):
        raise PolicyError("must be an object", field="Condition", index=index)
    conditions: list[Condition] = []
    for operator, keys in content.items():
        if not isinstance(operator, str) or not isinstance(keys, Mapping):
            raise PolicyError("must be an object of keys", field=f"Condition.{operator}", index=index)
        for key, values in keys.items():
            field = f"Condition.{operator}.{key}"
            if not isinstance(key, str):
                raise PolicyError("must have text for a key", field=field, index=index)
            conditions.append(Condition(operator, key, _condition_values(values, field, index)))
    return tuple(conditions)


def _condition_values(value: Any, field: str, index: int) -> tuple[str, ...]:
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    texts: list[str] = []
    for each in values:
        if isinstance(each, bool):
            texts.append(str(each).lower())
        elif isinstance(each, str | int | float):
            texts.append(str(each))
        else:
            raise PolicyError("must be text, a number, true or false, or a list of them", field=field, index=index)
    return tuple(texts)
