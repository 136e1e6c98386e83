"""What changed from one plan to another, whether it comes from a posting or from a plan file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labs.posting.plan import Plan
from labs.posting.planfile import PlanFile
from labs.posting.sentences import kind_word, requirement_title


@dataclass(frozen=True, slots=True)
class Outline:
    """What two plans are compared by. `requirements` holds each one's kind."""

    level: str
    minutes: int
    requirements: Mapping[str, str]
    scenarios: tuple[str, ...]

    @classmethod
    def of_plan(cls, plan: Plan) -> "Outline":
        """Return a plan's outline."""
        kinds = {str(r.id): r.kind.value for r in plan.requirements}
        return cls(plan.level or "", plan.minutes, kinds, tuple(str(s.id) for s in plan.scenarios))

    @classmethod
    def of_file(cls, file: PlanFile) -> "Outline":
        """Return a plan file's outline; the minutes are its scenarios' where they say them."""
        minutes = sum(scenario.minutes or 0 for scenario in file.scenarios) or file.minutes
        kinds = {r.id: r.kind for r in file.requirements}
        return cls(file.level or "", minutes, kinds, tuple(str(id_) for id_ in file.scenario_ids))


def difference(old: Outline, new: Outline) -> dict[str, Any]:
    """Return what changed, as `taller plan --diff --json` prints it; what did not change is left out or empty."""
    both = sorted(set(old.requirements) & set(new.requirements))
    return {
        "same": old == new,
        "level": {"old": old.level or None, "new": new.level or None},
        "minutes": {"old": old.minutes, "new": new.minutes},
        "requirements": {
            "added": [{"id": i, "kind": k} for i, k in sorted(new.requirements.items()) if i not in old.requirements],
            "removed": [{"id": i, "kind": k} for i, k in sorted(old.requirements.items()) if i not in new.requirements],
            "changed": [
                {"id": i, "old": old.requirements[i], "new": new.requirements[i]}
                for i in both
                if old.requirements[i] != new.requirements[i]
            ],
        },
        "scenarios": {
            "added": sorted(set(new.scenarios) - set(old.scenarios)),
            "removed": sorted(set(old.scenarios) - set(new.scenarios)),
        },
    }


def lines_of(changes: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield the changes for people: + what came, - what went, ~ what changed."""
    asked = changes["requirements"]
    for sign, entries in (("+", asked["added"]), ("-", asked["removed"])):
        for entry in entries:
            yield f"{sign} {requirement_title(entry['id'], language)} ({kind_word(entry['kind'], language)})"
    for entry in asked["changed"]:
        old, new = kind_word(entry["old"], language), kind_word(entry["new"], language)
        yield f"~ {requirement_title(entry['id'], language)}: {old} → {new}"
    for sign, ids in (("+", changes["scenarios"]["added"]), ("-", changes["scenarios"]["removed"])):
        yield from (f"{sign} {id_}" for id_ in ids)
    for name in ("level", "minutes"):
        if changes[name]["old"] != changes[name]["new"]:
            yield f"~ {_NAMES[language == 'es'][name]}: {changes[name]['old'] or '?'} → {changes[name]['new'] or '?'}"


_NAMES = {False: {"level": "level", "minutes": "minutes"}, True: {"level": "nivel", "minutes": "minutos"}}
