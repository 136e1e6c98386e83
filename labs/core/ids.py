"""Identifiers. Every name that reaches a path, a link, a cgroup or a Kubernetes object is checked here, once."""

import re
import secrets
import unicodedata
from typing import NewType

from labs.core.errors import InputError

LabId = NewType("LabId", str)
ScenarioId = NewType("ScenarioId", str)
RequirementId = NewType("RequirementId", str)
CheckId = NewType("CheckId", str)

CANDIDATE_MAX_CHARACTERS = 120
_LAB_ID = re.compile(r"[a-z][a-z0-9-]{0,18}-[0-9a-f]{4}")
_SCENARIO_ID = re.compile(r"[a-z][a-z0-9_]{2,39}")


def candidate_name(text: str) -> str:
    """Return the name a recruiter typed, trimmed and in Unicode normal form C.

    Names are shown, never used as paths: any script is welcome. Raises InputError when the name is empty, longer than
    CANDIDATE_MAX_CHARACTERS, or holds control or format characters (they could forge a recruiter's screen).
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise InputError("The candidate's name is empty.", hint="Pass --candidate NAME.")
    if len(name) > CANDIDATE_MAX_CHARACTERS:
        raise InputError(
            f"The candidate's name has {len(name)} characters; at most {CANDIDATE_MAX_CHARACTERS} are kept.",
            hint="Use a shorter name or a reference number.",
        )
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for c in name):
        raise InputError(
            "The candidate's name holds control characters.", hint="Type the name again, without pasting it."
        )
    return name


def new_lab_id(candidate: str) -> LabId:
    """Return a fresh lab id such as `maria-perez-3f9c`: readable, and safe in paths and Kubernetes names."""
    ascii_name = unicodedata.normalize("NFKD", candidate).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:18].strip("-")
    if not slug or not slug[0].isalpha():
        slug = f"lab-{slug}"[:18].strip("-")
    return LabId(f"{slug}-{secrets.token_hex(2)}")


def lab_id(text: str) -> LabId:
    """Return `text` as a lab id. Raises InputError when it cannot be one."""
    if not _LAB_ID.fullmatch(text):
        raise InputError(f"{text!r} is not a lab id.", hint="`taller list` shows the labs.")
    return LabId(text)


def scenario_id(text: str) -> ScenarioId:
    """Return `text` as a scenario id (a Python module's name). Raises InputError when it cannot be one."""
    if not _SCENARIO_ID.fullmatch(text):
        raise InputError(f"{text!r} is not a scenario id.", hint="`taller catalogue` shows the scenarios.")
    return ScenarioId(text)
