"""A schema.org JobPosting (https://schema.org/JobPosting) as a document: from a JSON file, or from a page's JSON-LD.

What the programs behind job boards export is read as well: other names for title and description, and parts in lists of
their own (`lists` of Lever, `jobAd.sections` of SmartRecruiters, `content` of Greenhouse).
"""

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from labs.posting.blocks import Block, Field, Form

_SECTIONS = {
    "requirements": "Requirements",
    "responsibilities": "Responsibilities",
    "qualifications": "Requirements",
    "skills": "Requirements",
    "experienceRequirements": "Requirements",
    "educationRequirements": "Requirements",
    "jobBenefits": "Benefits",
    "benefits": "Benefits",
    "incentiveCompensation": "Benefits",
    "hiringOrganization": "About the company",
}
"""Where each property's text belongs, as a heading that `structure` knows."""

_TITLES = ("title", "jobTitle", "job_title", "name", "text")
_DESCRIPTIONS = (
    "description",
    "content",
    "descriptionHtml",
    "descriptionPlain",
    "jobDescription",
    "job_description",
    "body",
)
_LISTS = ("lists", "sections")
_FIELDS = ("title", "seniorityLevel", "experienceLevel")
_MIN_DESCRIPTION = 40
_MAX_DEPTH = 8
_MAX_KEY = 40
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
    if not _first(data, _TITLES):
        return False
    return len(_first(data, _DESCRIPTIONS)) >= _MIN_DESCRIPTION or any(_lists(data))


def _key(data: dict[str, Any], keys: Sequence[str]) -> str:
    """Return the first of the keys under which a text stands; the first of all when there is none."""
    return next((key for key in keys if isinstance(data.get(key), str) and data[key].strip()), keys[0])


def _first(data: dict[str, Any], keys: Sequence[str]) -> str:
    value = data.get(_key(data, keys))
    return value if isinstance(value, str) else ""


def described(posting: dict[str, Any]) -> str:
    """Return a posting's description, as it is written."""
    return _first(posting, _DESCRIPTIONS)


def _lists(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the title and the text of each part that stands in a list of its own."""
    inner = data.get("jobAd")
    for holder in (data, inner if isinstance(inner, dict) else {}):
        for key in _LISTS:
            parts = holder.get(key)
            entries = parts.values() if isinstance(parts, dict) else parts if isinstance(parts, list) else ()
            for part in entries:
                if isinstance(part, dict) and (text := _first(part, ("content", "text", "body"))):
                    yield (
                        (_first(part, ("title", "name", "text")) if part.get("content") or part.get("title") else ""),
                        text,
                    )


def posting_document(
    posting: dict[str, Any], source: str, *, first_line: int, read_text: ReadText
) -> tuple[list[Field], list[Block]]:
    """Return a JobPosting's fields and blocks; `source` is the JSON, from which lines are counted."""
    title = _key(posting, _TITLES)
    fields = [
        Field("title" if key == title else "level", text, _line(key, source, first_line))
        for key in (title, *_FIELDS[1:])
        if (text := _text(posting.get(key)))
    ]
    blocks: list[Block] = []
    parts = [
        (key, _SECTIONS.get(key, ""), _text(posting.get(key))) for key in (_key(posting, _DESCRIPTIONS), *_SECTIONS)
    ]
    parts += [(text, heading, text) for heading, text in _lists(posting)]
    for key, heading, text in parts:
        if not text.strip():
            continue
        line = _line(key, source, first_line)
        if heading:
            blocks.append(Block(Form.HEADING, heading, (line,), 1))
        read = read_text(html.unescape(text) if "&lt;" in text else text)
        blocks.extend(_moved(block, line) for block in read)
    return fields, blocks


def _moved(block: Block, line: int) -> Block:
    return Block(block.form, block.text, (line,) * len(block.lines), block.level, block.bold, block.numbered)


def _line(key: str, source: str, first_line: int) -> int:
    """Return the line on which a key, or a text as JSON writes it, stands."""
    named = re.search(rf"{re.escape(json.dumps(key))}\s*:", source) if len(key) <= _MAX_KEY else None
    written = (source.find(json.dumps(key, ensure_ascii=escaped)) for escaped in (False, True))
    place = named.start() if named else next((found for found in written if found >= 0), 0)
    return first_line + source.count("\n", 0, place)


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
