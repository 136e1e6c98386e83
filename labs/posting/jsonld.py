"""A schema.org JobPosting (https://schema.org/JobPosting) as a document: from a JSON file, or from a page's JSON-LD."""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from labs.posting.blocks import Block, Field, Form

_SECTIONS = {
    "responsibilities": "Responsibilities",
    "qualifications": "Requirements",
    "skills": "Requirements",
    "experienceRequirements": "Requirements",
    "educationRequirements": "Requirements",
    "jobBenefits": "Benefits",
    "incentiveCompensation": "Benefits",
    "hiringOrganization": "About the company",
}
"""Where each property's text belongs, as a heading that `structure` knows."""

_FIELDS = ("title", "seniorityLevel", "experienceLevel")
_MIN_DESCRIPTION = 40
_MAX_DEPTH = 8
ReadText = Callable[[str], list[Block]]


def find_posting(text: str) -> dict[str, Any] | None:
    """Return the JobPosting that a JSON text holds, or what looks like one (a title and a description); else None."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    objects = list(_objects(data, _MAX_DEPTH))
    typed = next((each for each in objects if "JobPosting" in str(each.get("@type", ""))), None)
    return typed or next((each for each in objects if _is_described(each)), None)


def _objects(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict):
        yield data
    if depth and isinstance(data, dict | list):
        for child in data.values() if isinstance(data, dict) else data:
            yield from _objects(child, depth - 1)


def _is_described(data: dict[str, Any]) -> bool:
    return bool(data.get("title")) and len(str(data.get("description") or "")) >= _MIN_DESCRIPTION


def posting_document(
    posting: dict[str, Any], source: str, *, first_line: int, read_text: ReadText
) -> tuple[list[Field], list[Block]]:
    """Return a JobPosting's fields and blocks; `source` is the JSON, from which lines are counted."""
    fields = [
        Field("title" if key == "title" else "level", text, _line(key, source, first_line))
        for key in _FIELDS
        if (text := _text(posting.get(key)))
    ]
    blocks: list[Block] = []
    for key in ("description", *_SECTIONS):
        text = _text(posting.get(key))
        if not text.strip():
            continue
        line = _line(key, source, first_line)
        if key in _SECTIONS:
            blocks.append(Block(Form.HEADING, _SECTIONS[key], (line,), 1))
        read = read_text(html.unescape(text) if "&lt;" in text else text)
        blocks.extend(_moved(block, line) for block in read)
    return fields, blocks


def _moved(block: Block, line: int) -> Block:
    return Block(block.form, block.text, (line,) * len(block.lines), block.level, block.bold, block.numbered)


def _line(key: str, source: str, first_line: int) -> int:
    found = re.search(rf'"{key}"\s*:', source)
    return first_line + source.count("\n", 0, found.start() if found else 0)


def _text(value: Any) -> str:
    """Return what a property says to a reader; of a nested object, its description, or its months as years."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(f"- {text}" for each in value if (text := _text(each)))
    if isinstance(value, dict):
        months = value.get("monthsOfExperience")
        if isinstance(months, int | float) and not isinstance(months, bool) and 0 < months < 1200:  # noqa: PLR2004
            return f"{round(months / 12)} years of experience" if months >= 12 else ""  # noqa: PLR2004
        return _text(value.get("description") or "")
    return ""
