"""A plan as a YAML file that people may edit and `taller up` takes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from labs.core.errors import InputError
from labs.core.ids import RequirementId, ScenarioId, scenario_id
from labs.posting.coverage import Option
from labs.posting.judgement import Evidence, Kind, Requirement
from labs.posting.plan import Plan, PlannedScenario
from labs.posting.reading import Fit
from labs.posting.vocabulary import Level

VERSION = 1
_MARK = "taller_plan"
_HINT = "Mend the line, or write the plan anew: taller plan POSTING --write PLAN.yaml."
_HEADER = (
    "# A plan of Taller: `taller up THIS_FILE --candidate NAME` starts a lab with its scenarios.\n"
    "# Edit freely: drop or add scenarios, change a scenario's `minutes`: their sum is what the invitation says.\n"
    "# `requirements` and the `minutes` at the top are for people. Schema: docs/plan.schema.json\n"
)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanScenario(_Model):
    """A scenario of the plan."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,39}$")]
    minutes: Annotated[int, Field(ge=1, le=24 * 60)] | None = None
    requirements: tuple[str, ...] = ()


class PlanRequirement(_Model):
    """A requirement, for the people who edit the plan."""

    id: str
    kind: Literal["must", "nice", "duty"]
    lines: tuple[int, ...] = ()
    person: bool = False
    """A person judges it: no scenario can."""
    quote: str = ""
    """What the posting says."""


class PlanFile(_Model):
    """The plan file. Only `scenarios` says what a lab will hold."""

    taller_plan: Literal[1]
    posting: str = ""
    title: str = ""
    """What the posting calls the post; the invitation begins with it."""
    language: str = ""
    level: Level | None = None
    minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 0
    scenarios: Annotated[tuple[PlanScenario, ...], Field(min_length=1)]
    requirements: tuple[PlanRequirement, ...] = ()

    @property
    def scenario_ids(self) -> tuple[ScenarioId, ...]:
        """The scenarios' ids, in the file's order, each once."""
        return tuple(dict.fromkeys(scenario_id(entry.id) for entry in self.scenarios))


def dump_plan(plan: Plan) -> str:
    """Return the plan as the text of a plan file."""
    data = {
        _MARK: VERSION,
        "posting": plan.posting,
        "title": " ".join(plan.title.split()),
        "language": plan.language,
        "level": plan.level.value if plan.level else None,
        "minutes": plan.minutes,
        "scenarios": [
            {"id": str(s.id), "minutes": s.minutes, "requirements": [str(id_) for id_ in s.requirements]}
            for s in plan.scenarios
        ],
        "requirements": [
            {"id": str(r.id), "kind": r.kind.value, "lines": [e.line for e in r.evidence]}
            | ({"person": True} if r.person else {})
            | ({"quote": r.evidence[0].text} if r.evidence else {})
            for r in plan.requirements
        ],
    }
    return _HEADER + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)


def plan_from(file: PlanFile, options: Sequence[Option]) -> Plan:
    """Return the plan that a file holds, its scenarios as the catalogue has them now.

    What an edited file does not say of a scenario (its minutes, what it tests) the catalogue does. Raises InputError
    that names the scenarios that there are not.
    """
    known = {option.id: option for option in options}
    if unknown := [id_ for id_ in file.scenario_ids if id_ not in known]:
        raise InputError(
            f"The plan names scenarios that there are not: {', '.join(unknown)}.",
            hint="`taller catalogue` lists those there are.",
        )
    said = {entry.id: entry for entry in file.scenarios}
    scenarios = tuple(
        PlannedScenario(
            id_,
            known[id_].title,
            said[id_].minutes or known[id_].minutes,
            tuple(RequirementId(r) for r in said[id_].requirements) or known[id_].requirements,
        )
        for id_ in file.scenario_ids
    )
    return Plan(
        posting=file.posting,
        language=file.language,
        title=file.title,
        level=file.level,
        level_evidence=(),
        fit=Fit.FITS,
        requirements=tuple(
            Requirement(RequirementId(r.id), Kind(r.kind), tuple(Evidence(n, r.quote) for n in r.lines), r.person)
            for r in file.requirements
        ),
        mentioned=(),
        tested_by={},
        scenarios=scenarios,
        uncovered=(),
        budget_minutes=file.minutes,
        warnings=(),
    )


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of plan files, as docs/plan.schema.json publishes it."""
    schema = PlanFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Taller plan", **schema}


def is_plan(text: str) -> bool:
    """Whether `text` is meant to be a plan file rather than a posting."""
    return any(line.startswith(f"{_MARK}:") for line in text.splitlines())


def read_plan(path: Path) -> PlanFile:
    """Return the plan in a file. Raises InputError with the line of each mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The plan {str(path)!r} cannot be read: {error}.", hint=_HINT) from error
    return load_plan(text, str(path))


def load_plan(text: str, name: str) -> PlanFile:
    """Return the plan that `text` holds. Raises InputError with the line of each mistake."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{name}:{line}: not YAML: {error.problem}.", hint=_HINT) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputError(f"{name}: not YAML: {error}.", hint=_HINT) from error
    try:
        return PlanFile.model_validate(data)
    except ValidationError as error:
        problems = "\n".join(_problems(error, root, name))
        raise InputError(f"The plan is wrong:\n{problems}", hint=_HINT) from error


def _problems(error: ValidationError, root: yaml.Node | None, name: str) -> Iterator[str]:
    """The plan's lines to mend, from above. A list whose entries are wrong is not called empty beside them."""
    problems = error.errors()
    inner = {place[:depth] for place in (each["loc"] for each in problems) for depth in range(len(place))}
    for problem in sorted(problems, key=lambda each: _line(root, each["loc"])):
        if problem["loc"] in inner:
            continue
        where = ".".join(str(part) for part in problem["loc"])
        yield f"  {name}:{_line(root, problem['loc'])}: {where}: {problem['msg'].removeprefix('Value error, ')}"


def _line(node: yaml.Node | None, path: Sequence[Any]) -> int:
    """Return the line, from 1, of the deepest node that `path` reaches."""
    line = node.start_mark.line + 1 if node else 1
    for part in path:
        following: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    following, line = value, key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            following = node.value[part]
            line = following.start_mark.line + 1
        if following is None:
            return line
        node = following
    return line
