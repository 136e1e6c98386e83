from pathlib import Path
from typing import Any

import yaml

from labs.core.ids import RequirementId, ScenarioId
from labs.posting.coverage import Option
from labs.posting.judgement import Kind
from labs.posting.reading import Posting, understand
from labs.posting.source import clean
from labs.posting.vocabulary import Level

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "postings"
SHARED = ROOT.parent / "shared" / "postings"
EXPECTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "expected.yaml").read_text(encoding="utf-8"))


def reading(text: str) -> Posting:
    return understand(clean(text, "sample"))


def ids(posting: Posting, kind: Kind, *, person: bool = False) -> set[str]:
    return {str(r.id) for r in posting.requirements if r.kind is kind and r.person is person}


def kinds(posting: Posting) -> dict[str, str]:
    found = {str(r.id): str(r.kind) for r in posting.requirements}
    return found | {str(r.id): "mention" for r in posting.mentioned}


def asked(*bullets: str, section: str = "Requirements") -> dict[str, str]:
    body = "\n".join(f"- {bullet}" for bullet in bullets)
    return kinds(reading(f"# DevOps Engineer\n\n## {section}\n\n{body}\n"))


def option(id_: str, *requirements: str, minutes: int = 20, level: Level = Level.SENIOR) -> Option:
    return Option(ScenarioId(id_), tuple(RequirementId(r) for r in requirements), level, minutes, id_.title())
