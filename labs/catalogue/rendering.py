"""Texts and values with a scenario's parameters filled in; see labs.catalogue.templates for the language."""

from collections.abc import Mapping
from typing import Any


class RenderingError(ValueError):
    """A template cannot be rendered. `line` counts from 1 within the text; 0 when unknown."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def rendered_text(text: str, parameters: Mapping[str, Any]) -> str:
    """`text` with the parameters filled in. Raises RenderingError."""
    if "{" not in text:
        return text
    from labs.catalogue import templates  # noqa: PLC0415 - Jinja is slow to import

    return templates.rendered_text(text, parameters)


def rendered_value(text: str, parameters: Mapping[str, Any]) -> Any:
    """As `rendered_text`, but a text that is one expression keeps its type: "{{ port }}" gives a number."""
    if "{" not in text:
        return text
    from labs.catalogue import templates  # noqa: PLC0415

    return templates.rendered_value(text, parameters)


def names_used(text: str) -> frozenset[str]:
    """The names a template reads. Raises RenderingError when it is no template."""
    if "{" not in text:
        return frozenset()
    from labs.catalogue import templates  # noqa: PLC0415

    return templates.names_used(text)
