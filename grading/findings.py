"""What a look at a sandbox gave: evidence (a Finding) or, by exception, nothing that could be judged."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from grading.paths import ABSENT
from labs.core.errors import InfrastructureError

SHOWN_CHARACTERS = 2000
"""A value in a finding is cut here: enough for a manifest's part, little enough for a page."""


class Verdict(StrEnum):
    """Only evidence passes or fails a candidate; the rest is for a person to decide."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


class UndecidableError(InfrastructureError):
    """The grading itself is at fault, so that looking again will not help: inconclusive at once."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages."""

    en: str
    es: str

    def within(self, language: str) -> str:
        """The text in `language` ("en" or "es"); English for any other."""
        return self.es if language == "es" else self.en


@dataclass(frozen=True, slots=True)
class Finding:
    """Evidence. `since` is the API server's time (RFC 3339) from which it has been so, empty where it does not tell."""

    passed: bool
    reason: Words
    expected: str = ""
    actual: str = ""
    since: str = ""


def passed(*, en: str, es: str, expected: str = "", actual: str = "") -> Finding:
    """Evidence that it is as it should be."""
    return Finding(passed=True, reason=Words(en, es), expected=expected, actual=actual)


def failed(*, en: str, es: str, expected: str = "", actual: str = "", since: str = "") -> Finding:
    """Evidence that it is not as it should be."""
    return Finding(passed=False, reason=Words(en, es), expected=expected, actual=actual, since=since)


def shown(value: Any) -> str:
    """A JSON value as a reader wants to see it: strings bare, the rest as compact JSON, long ones cut."""
    if value is ABSENT:
        return repr(ABSENT)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
