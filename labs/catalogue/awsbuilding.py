"""From the files of a scenario in an AWS account to its infrastructure, healthy and broken."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from labs.catalogue.awsmodel import AwsFaultFile, AwsPart, StepFile, StepsFile
from labs.catalogue.marked import Marked, parse_one
from labs.catalogue.merge import merged
from labs.catalogue.parameters import Value
from labs.catalogue.variant import AwsVariant
from labs.core.awssystem import AwsSystem, Step

TEMPLATE, STEPS, FAULT = "template.yaml.j2", "steps.yaml.j2", "fault.yaml"
FAULT_BESIDE = "fault.account.yaml"
"""Of an account beside a cluster, whose own part of the fault is in fault.yaml; for a candidate, one may be empty."""
WORKSPACE = "workspace/"
"""Templates of the candidate's files; `broken` in them tells the two states apart."""
Part = TypeVar("Part", bound=BaseModel)
Resources = dict[str, Any]
Workspaces = tuple[Mapping[str, str], Mapping[str, str]]
Complain = Callable[[str, int, str], None]
"""File, line (0: the whole file), what is wrong."""


def aws_variant(
    part: AwsPart,
    texts: Mapping[str, str],
    parameters: Mapping[str, Value],
    *,
    workspaces: Workspaces,
    complain: Complain,
    fault: str = FAULT,
) -> AwsVariant | None:
    """The infrastructure; None, and complaints, where something is wrong. `texts` are the rendered files by name.

    `workspaces` are the candidate's files, healthy and broken.
    """
    builder = _Builder(texts, parameters, complain, fault)
    template, steps = builder.template(), builder.steps()
    if not template.get("Resources") and not steps and not workspaces[0]:
        complain(TEMPLATE, 0, f"makes nothing: give Resources, or calls in {STEPS}")
        return None
    broken_template, broken_steps = (template, steps)
    if fault in texts or (fault == FAULT and workspaces[0] == workspaces[1]):
        broken_template, broken_steps = builder.broken(template, steps)
    healthy = AwsSystem(part.stack, template, tuple(_step(step) for step in steps), workspaces[0])
    broken = AwsSystem(part.stack, broken_template, tuple(_step(step) for step in broken_steps), workspaces[1])
    return AwsVariant(healthy, broken, tuple(part.policy))


class _Builder:
    def __init__(
        self, texts: Mapping[str, str], parameters: Mapping[str, Value], complain: Complain, fault: str
    ) -> None:
        self._fault = fault
        self._texts = texts
        self._parameters = parameters
        self._complain = complain

    def template(self) -> dict[str, Any]:
        if TEMPLATE not in self._texts:
            return {}
        marked = self._parsed(TEMPLATE)
        if not isinstance(marked.data, dict) or not isinstance(marked.data.get("Resources", {}), dict):
            self._complain(TEMPLATE, 1, "not a CloudFormation template: a mapping with Resources")
            return {}
        for name, resource in marked.data.get("Resources", {}).items():
            if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
                self._complain(TEMPLATE, marked.line(("Resources", name)), f"{name} has no Type")
        return dict(marked.data)

    def steps(self) -> list[StepFile]:
        if STEPS not in self._texts:
            return []
        marked = self._parsed(STEPS)
        file = self._validated(StepsFile, {"steps": marked.data}, STEPS, marked)
        return list(file.steps) if file else []

    def broken(self, template: Mapping[str, Any], steps: list[StepFile]) -> tuple[dict[str, Any], list[StepFile]]:
        """The template and the steps with the fault merged in."""
        marked = self._parsed(self._fault)
        file = self._validated(AwsFaultFile, {"patches": marked.data}, self._fault, marked)
        resources: Resources = dict(template.get("Resources", {}))
        left: list[StepFile | None] = list(steps)
        touched = 0
        for index, entry in enumerate(file.patches if file else ()):
            line = marked.line((index,))
            if unknown := sorted(entry.when.keys() - self._parameters.keys()):
                self._complain(self._fault, line, f"when names no parameter: {', '.join(unknown)}")
            if any(self._parameters.get(name) != value for name, value in entry.when.items()):
                continue
            touched += 1
            if entry.target.resource:
                self._break_resource(resources, entry.target.resource, None if entry.remove else entry.patch, line)
            else:
                self._break_step(left, entry.target.step, None if entry.remove else entry.patch, line)
        if file and not touched and self._fault == FAULT:
            self._complain(self._fault, 0, f"breaks nothing with the parameters {dict(self._parameters)}")
        whole = {**template, "Resources": resources} if template else {}
        return whole, [step for step in left if step is not None]

    def _break_resource(self, resources: Resources, name: str, patch: Mapping[str, Any] | None, line: int) -> None:
        if patch is None:
            if resources.pop(name, None) is None:
                self._complain(self._fault, line, f"the template has no resource {name}")
            return
        changed = merged(resources.get(name, {}), patch)
        if changed == resources.get(name) or not isinstance(changed.get("Type"), str):
            self._complain(
                self._fault, line, f"the patch changes nothing in {name}, or makes a resource without a Type"
            )
        resources[name] = changed

    def _break_step(self, steps: list[StepFile | None], name: str, patch: Mapping[str, Any] | None, line: int) -> None:
        place = next((index for index, step in enumerate(steps) if step and step.id == name), None)
        step = steps[place] if place is not None else None
        if place is None or step is None:
            self._complain(self._fault, line, f"there is no step {name}")
            return
        if patch is None:
            steps[place] = None
            return
        changed = self._validated(StepFile, merged(step.model_dump(), patch), self._fault, Marked({}, {(): line}))
        if changed == step:
            self._complain(self._fault, line, f"the patch changes nothing in step {name}")
        steps[place] = changed

    def _parsed(self, name: str) -> Marked:
        from pathlib import Path  # noqa: PLC0415 - only to carry the name

        marked, problems = parse_one(self._texts.get(name, ""), Path(name))
        for problem in problems:
            self._complain(name, problem.line, problem.message)
        return marked

    def _validated(self, model: type[Part], data: Any, name: str, marked: Marked) -> Part | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                place = ".".join(map(str, item["loc"]))
                self._complain(name, marked.line(item["loc"][1:]), f"{place}: {item['msg']}")
            return None


def _step(file: StepFile) -> Step:
    return Step(**file.model_dump())
