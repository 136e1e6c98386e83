"""From a scenario and its parameters to a variant; every problem on the way is collected, with its file and line."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from grading.spec import GradingSpec
from labs.catalogue.marked import Marked, parse_documents, parse_one
from labs.catalogue.merge import merged
from labs.catalogue.model import CandidateAccess, FaultFile, FaultPatch, RenderedHints, RenderedTraces, Rule
from labs.catalogue.parameters import Value
from labs.catalogue.problems import Problem
from labs.catalogue.rendering import RenderingError, rendered_text, rendered_value
from labs.catalogue.variant import LANGUAGES, Access, AwsVariant, Hint, Live, Script, Variant, Workspace, object_ref
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef

if TYPE_CHECKING:
    from labs.catalogue.scenario import Scenario

Part = TypeVar("Part", bound=BaseModel)
_CAUGHT_BY = "# caught-by:"
_RUNS_ON_NODE = "# runs-on: node"
LIVE = "live.sh.j2"
NODE = "node.sh.j2"
"""On the node itself, as its root; where scenarios are given such a node."""
SHARED = "shared.j2"
"""What fixes and traps have in common, each of which must stand alone: `{{ shared }}` in them stands for it."""


def built(scenario: "Scenario", parameters: Mapping[str, Value]) -> tuple[Variant | None, list[Problem]]:
    """The variant, or None where anything is wrong with it; and all that is wrong."""
    builder = _Builder(scenario, parameters)
    variant = builder.variant()
    return (None if builder.problems else variant), builder.problems


def model_problems(error: ValidationError, describe: Callable[[tuple[str | int, ...], str], Problem]) -> list[Problem]:
    """Each problem that pydantic found, placed by `describe`."""
    found = []
    for item in error.errors(include_url=False, include_input=False):
        place = ".".join(map(str, item["loc"]))
        message = item["msg"].removeprefix("Value error, ")
        found.append(describe(item["loc"], f"{place}: {message}" if place else message))
    return found


class _Builder:
    """Works through the files of one scenario with one set of parameters."""

    def __init__(self, scenario: "Scenario", parameters: Mapping[str, Value]) -> None:
        self.scenario = scenario
        self.parameters = parameters
        self.problems: list[Problem] = []

    def variant(self) -> Variant | None:
        spec = self._spec()
        access = self._section(CandidateAccess, "candidate")
        hints = self._section(RenderedHints, "hints")
        traces = self._section(RenderedTraces, "traces")
        has_cluster = self.scenario.sandbox.kind == "kubernetes"
        has_account = self.scenario.sandbox.account or not has_cluster
        aws = self._aws()
        healthy = self._manifests()
        broken, faulted = self._broken(healthy, aws) if has_cluster else ({}, frozenset())
        shared = {"shared": self._text(SHARED).rstrip("\n")} if SHARED in self.scenario.texts else {}
        fixes = {name: self._script("fixes", name, shared) for name in self.scenario.fix_names}
        traps = {name: self._script("traps", name, shared) for name in self.scenario.trap_names}
        briefs = {language: self._text(f"brief.{language}.md") for language in LANGUAGES}
        if spec is None or access is None or hints is None or traces is None or (has_account and aws is None):
            return None
        return Variant(
            scenario=self.scenario.id,
            parameters=dict(self.parameters),
            healthy=tuple(healthy.values()),
            broken=tuple(broken.values()),
            faulted=faulted,
            spec=spec,
            candidate_rules=tuple(
                Access(item.namespace, tuple(_rule(rule) for rule in item.rules)) for item in access.candidate
            ),
            hints=tuple(Hint(hint.cost, {"en": hint.text.en, "es": hint.text.es}) for hint in hints.hints),
            fixes=fixes,
            traps=traps,
            briefs=briefs,
            aws=aws,
            live=self._live(LIVE),
            node=self._live(NODE),
            workspace=self._files() if has_cluster else None,
            managers=frozenset(traces.traces.managers),
            said=frozenset(traces.traces.said),
            logged=frozenset(traces.traces.logged),
            shows_history=traces.traces.history is not None,
        )

    def _spec(self) -> GradingSpec | None:
        file = self.scenario.file
        data: dict[str, Any] = {
            "scenario": file.id,
            "title": file.title.model_dump(),
            "requirements": file.requirements,
            "parameters": dict(self.parameters),
            "pass_share": file.pass_share,
        }
        for part in ("client", "checks", "safeguards", "scope"):
            data[part] = self._tree(getattr(file, part), (part,))
        if file.durability is not None:
            data["durability"] = self._tree(file.durability, ("durability",))
        return self._validated(GradingSpec, data)

    def _aws(self) -> AwsVariant | None:
        """The account's infrastructure; None where there is none, or something is wrong with it."""
        if self.scenario.file.aws is None:
            return None
        from labs.catalogue.awsbuilding import FAULT, FAULT_BESIDE, STEPS, TEMPLATE, aws_variant  # noqa: PLC0415
        from labs.catalogue.awsmodel import AwsPart  # noqa: PLC0415 - not for all

        is_beside = self.scenario.sandbox.account
        fault = FAULT_BESIDE if is_beside else FAULT
        # Beside a cluster, the files are the cluster's.
        workspaces = ({}, {}) if is_beside else (self._workspace(is_broken=False), self._workspace(is_broken=True))
        # A fault may lie in the candidate's files or the cluster alone; otherwise a missing file is a problem.
        is_needed = workspaces[0] == workspaces[1] and not is_beside
        needed = {fault} if fault in self.scenario.texts or is_needed else set()
        part = self._validated(AwsPart, self._tree(self.scenario.file.aws, ("aws",)))
        names = {name for name in (TEMPLATE, STEPS) if name in self.scenario.texts} | needed
        texts = {name: self._text(name) for name in names}
        if part is None:
            return None
        return aws_variant(part, texts, self.parameters, workspaces=workspaces, complain=self._complain, fault=fault)

    def _workspace(self, *, is_broken: bool) -> dict[str, str]:
        """The candidate's files by their path in their folder."""
        from labs.catalogue.awsbuilding import WORKSPACE  # noqa: PLC0415

        names = [name for name in self.scenario.texts if name.startswith(WORKSPACE)]
        return {
            name.removeprefix(WORKSPACE).removesuffix(".j2"): text
            for name in names
            if (text := self._text(name, broken=is_broken)).strip()
        }

    def _files(self) -> Workspace | None:
        healthy, broken = self._workspace(is_broken=False), self._workspace(is_broken=True)
        folder = str(self._tree(self.scenario.file.workspace, ("workspace",)))
        if bool(folder) != bool(healthy or broken):
            message = "files need a folder, and a folder needs files: give `workspace: NAME` and workspace/**.j2"
            self.problems.append(self.scenario.problem("workspace", message=message))
        if folder and not re.fullmatch(r"[a-z][a-z0-9-]{1,60}", folder):
            self.problems.append(self.scenario.problem("workspace", message=f"{folder!r} is no name of a folder"))
        return Workspace(folder, healthy, broken) if folder else None

    def _live(self, name: str) -> Live | None:
        if name not in self.scenario.texts:
            return None
        if name == NODE and not self.scenario.sandbox.node_shell:
            self._complain(name, 0, "needs a node of the scenario's own: sandbox.node_shell in scenario.yaml")
        return Live(self._text(name, broken=False), self._text(name, broken=True))

    def _section(self, model: type[Part], name: str) -> Part | None:
        return self._validated(model, {name: self._tree(getattr(self.scenario.file, name), (name,))})

    def _validated(self, model: type[Part], data: Mapping[str, Any]) -> Part | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            self.problems += model_problems(
                error, lambda place, message: self.scenario.problem(*place, message=message)
            )
            return None

    def _tree(self, value: Any, place: tuple[str | int, ...]) -> Any:
        """A part of scenario.yaml with every string rendered, keys such as a label's name too."""
        if isinstance(value, dict):
            return {self._tree(key, (*place, key)): self._tree(item, (*place, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self._tree(item, (*place, index)) for index, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        try:
            return rendered_value(value, self.parameters)
        except RenderingError as error:
            self.problems.append(self.scenario.problem(*place, message=str(error)))
            return value

    def _text(self, name: str, **more: bool | str) -> str:
        """A file of the folder, rendered; empty, with a problem, where that cannot be."""
        text = self.scenario.texts.get(name)
        if text is None:
            self._complain(name, 0, "is missing")
            return ""
        try:
            return rendered_text(text, {**self.parameters, **more})
        except RenderingError as error:
            self._complain(name, error.line, str(error))
            return ""

    def _manifests(self) -> dict[ObjectRef, Manifest]:
        manifests: dict[ObjectRef, Manifest] = {}
        for name in sorted(path for path in self.scenario.texts if path.startswith("manifests/")):
            documents, problems = parse_documents(self._text(name), self.scenario.folder / name)
            self.problems += problems
            for document in documents:
                if message := _not_a_manifest(document.data):
                    self._complain(name, document.line(()), message)
                    continue
                ref = object_ref(document.data)
                if ref in manifests:
                    self._complain(name, document.line(()), f"{ref} is there twice")
                manifests[ref] = document.data
        return manifests

    def _broken(
        self, healthy: Mapping[ObjectRef, Manifest], aws: AwsVariant | None
    ) -> tuple[dict[ObjectRef, Manifest], frozenset[ObjectRef]]:
        """The manifests with the fault merged in, and which objects it touches."""
        if "fault.yaml" not in self.scenario.texts and self._lies_elsewhere(aws):
            return dict(healthy), frozenset()
        marked, problems = parse_one(self._text("fault.yaml"), self.scenario.folder / "fault.yaml")
        self.problems += problems
        broken = dict(healthy)
        faulted: set[ObjectRef] = set()
        for index, entry in enumerate(self._patches(marked)):
            line = marked.line((index,))
            unknown = sorted(entry.when.keys() - self.parameters.keys())
            if unknown:
                self._complain("fault.yaml", line, f"when names no parameter: {', '.join(unknown)}")
            if any(self.parameters.get(name) != value for name, value in entry.when.items()):
                continue
            ref = entry.target.ref
            if ref not in broken:
                self._complain("fault.yaml", line, f"no manifest makes {ref}")
                continue
            changed = merged(broken[ref], entry.patch)
            if changed == broken[ref]:
                self._complain("fault.yaml", line, f"the patch changes nothing in {ref}")
            broken[ref] = changed
            faulted.add(ref)
        if not faulted and not (aws and aws.faulted) and not self.problems:
            self._complain("fault.yaml", 0, f"breaks nothing with the parameters {dict(self.parameters)}")
        return broken, frozenset(faulted)

    def _lies_elsewhere(self, aws: AwsVariant | None) -> bool:
        """Whether the account, what is done in the running cluster, or the candidate's files differ when broken."""
        if aws and aws.faulted:
            return True
        if any(live and live.healthy != live.broken for live in map(self._live, (LIVE, NODE))):
            return True
        return self._workspace(is_broken=False) != self._workspace(is_broken=True)

    def _patches(self, marked: Marked) -> tuple[FaultPatch, ...]:
        if not marked.lines:  # the text had problems of its own
            return ()
        try:
            return FaultFile.model_validate({"patches": marked.data}).patches
        except ValidationError as error:
            path = self.scenario.folder / "fault.yaml"
            self.problems += model_problems(
                error, lambda place, message: Problem(path, marked.line(place[1:]), message)
            )
            return ()

    def _script(self, kind: str, name: str, shared: Mapping[str, str]) -> Script:
        text = self._text(f"{kind}/{name}.sh", **shared)
        first, second = (*text.split("\n", 2), "", "")[:2]
        caught_by = first.removeprefix(_CAUGHT_BY).strip() if first.startswith(_CAUGHT_BY) else ""
        on_node = _RUNS_ON_NODE in (first.strip(), second.strip())
        if on_node and not self.scenario.sandbox.node_shell:
            self._complain(f"{kind}/{name}.sh", 1, "the candidate has no shell on the node: sandbox.node_shell")
        return Script(name, text, caught_by, on_node)

    def _complain(self, name: str, line: int, message: str) -> None:
        self.problems.append(Problem(self.scenario.folder / name, line, message))


def _rule(rule: Rule) -> dict[str, Any]:
    return {key: list(value) for key, value in rule.model_dump(by_alias=True).items() if value or key == "apiGroups"}


def _not_a_manifest(data: Any) -> str:
    """Why this cannot be a Kubernetes object; empty when it can."""
    if not isinstance(data, dict):
        return "not a mapping"
    metadata = data.get("metadata")
    missing = [key for key in ("apiVersion", "kind") if not isinstance(data.get(key), str)]
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        missing.append("metadata.name")
    return f"lacks {', '.join(missing)}" if missing else ""
