"""What a candidate is told beforehand: what to expect, how long, what about. Nothing that gives a task away."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from labs.posting.data import load_data
from labs.posting.plan import Plan
from labs.posting.taxonomy import taxonomy

LANGUAGES = ("en", "es", "pt")


class _Texts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    welcome: str
    time_title: str
    time: str
    tasks: dict[str, str]
    tested_title: str
    tested: str
    how_title: str
    how: tuple[str, ...]
    prepare_title: str
    prepare: tuple[str, ...]
    talk_title: str
    talk: str
    privacy_title: str
    privacy: str


@cache
def _texts() -> dict[str, _Texts]:
    return {code: _Texts.model_validate(texts) for code, texts in load_data("invitation.yaml").items()}


def invitation(plan: Plan, language: str = "", *, minutes: int | None = None) -> str:
    """Return the invitation as Markdown, in `language` (default: the posting's, else English).

    It names the areas that are tested, not the requirements: "Kubernetes", not what is broken in it.
    """
    code = next((each for each in (language, plan.language) if each in LANGUAGES), "en")
    texts = _texts()[code]
    count = len(plan.scenarios)
    tasks = texts.tasks["one"] if count == 1 else texts.tasks["many"].format(count=count)
    parts: list[tuple[str, str | tuple[str, ...]]] = [
        (texts.time_title, texts.time.format(minutes=minutes or plan.minutes, count=tasks)),
        (texts.tested_title, texts.tested.format(areas=", ".join(areas(plan, code)))),
        (texts.how_title, texts.how),
        (texts.prepare_title, texts.prepare),
    ]
    if talk := topics(plan, code):
        parts.append((texts.talk_title, texts.talk.format(talk=", ".join(talk))))
    parts.append((texts.privacy_title, texts.privacy))
    title = texts.title.format(role=" ".join(plan.title.split()) or "DevOps")
    return "\n".join(_page(title, texts.welcome, parts))


def _page(title: str, welcome: str, parts: Iterable[tuple[str, Any]]) -> Iterable[str]:
    yield f"# {title}\n"
    yield f"{welcome}\n"
    for heading, body in parts:
        yield f"## {heading}\n"
        yield f"{body}\n" if isinstance(body, str) else "".join(f"- {line}\n" for line in body)


def areas(plan: Plan, language: str) -> list[str]:
    """Return the fields that the planned scenarios touch, by name: each requirement's topmost parent, in order."""
    tested = {id_.split(".")[0] for scenario in plan.scenarios for id_ in scenario.requirements}
    return sorted({taxonomy().title(id_, language) for id_ in tested}, key=str.casefold)


def topics(plan: Plan, language: str) -> list[str]:
    """Return what a person will ask about."""
    return [taxonomy().title(r.id, language) for r in plan.requirements if r.person]
