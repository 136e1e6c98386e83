"""Jinja2 with the parameters and nothing else: sandboxed, and an unknown name is an error, never an empty string.

One filter beside Jinja's own, `b64encode`, and one function, `authority` (labs.catalogue.certificates). Loaded when
something is rendered: planning does without Jinja, which takes 0.05 s to import. Callers use labs.catalogue.rendering.
"""

import re
from base64 import b64encode
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    meta,
)
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment

from labs.catalogue.rendering import RenderingError

if TYPE_CHECKING:
    from labs.catalogue.certificates import Authority

_LONE_EXPRESSION = re.compile(r"\{\{((?:(?!\}\}|\{\{).)+)\}\}", re.DOTALL)


_EXPRESSION_ERRORS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What evaluating an author's expression may raise."""


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["b64encode"] = _b64encode
    environment.globals["authority"] = _authority
    return environment


@lru_cache(maxsize=4096)
def _template(text: str) -> Template:
    """Compiled once: the proofs and tests render the same text for many variants."""
    return _environment().from_string(text)


@lru_cache(maxsize=4096)
def _expression(text: str) -> TemplateExpression:
    return _environment().compile_expression(text, undefined_to_none=False)


def _b64encode(value: object) -> str:
    """The filter `b64encode`, for the data of Secrets."""
    return b64encode(str(value).encode()).decode()


@lru_cache(maxsize=256)
def _authority(seed: Hashable, name: str) -> "Authority":
    """The function `authority`, for certificates; see labs.catalogue.certificates."""
    from labs.catalogue.certificates import Authority  # noqa: PLC0415 - few scenarios need it

    return Authority(seed, name)


def rendered_text(text: str, parameters: Mapping[str, Any]) -> str:
    """`text` with the parameters filled in. Raises RenderingError."""
    try:
        return _template(text).render(parameters)
    except _EXPRESSION_ERRORS as error:
        raise RenderingError(str(error), _line(error, text)) from error


def rendered_value(text: str, parameters: Mapping[str, Any]) -> Any:
    """As `rendered_text`, but a text that is one expression keeps its type: "{{ port }}" gives a number."""
    lone = _LONE_EXPRESSION.fullmatch(text)
    if lone is None:
        return rendered_text(text, parameters)
    try:
        value = _expression(lone[1])(parameters)
    except _EXPRESSION_ERRORS as error:
        raise RenderingError(str(error), 1) from error
    if isinstance(value, Undefined):
        raise RenderingError(f"{lone[1].strip()!r} is undefined", 1)
    return value


@lru_cache(maxsize=2048)  # the same texts are asked for with every variant
def names_used(text: str) -> frozenset[str]:
    """The names a template reads. Raises RenderingError when it is no template."""
    environment = _environment()
    try:
        return frozenset(meta.find_undeclared_variables(environment.parse(text)))
    except TemplateSyntaxError as error:
        raise RenderingError(error.message or str(error), error.lineno) from error


def _line(error: Exception, text: str) -> int:
    """Where in the text: jinja knows for syntax; for an unknown name, the first line that has it."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    name = re.match(r"'(\w+)' is undefined", str(error)) if isinstance(error, UndefinedError) else None
    if name is None:
        return 0
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if re.search(rf"\b{name[1]}\b", line)), 0)
