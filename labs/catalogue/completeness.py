"""What a scenario must have beyond being well formed, so that its grades are honest and its candidates equal."""

import ast
import re
from collections.abc import Iterator

from grading.spec_durability import DURABILITY_KINDS
from labs.catalogue.awscompleteness import aws_incompleteness, aws_telling_words
from labs.catalogue.clusterwide import cluster_problems
from labs.catalogue.merge import differences
from labs.catalogue.parameters import Value, drawn
from labs.catalogue.problems import Problem
from labs.catalogue.rendering import RenderingError, names_used
from labs.catalogue.scenario import Scenario
from labs.catalogue.variant import LANGUAGES, Variant, object_ref

MINIMUM_FIXES = 2
MINIMUM_TRAPS = 2
_SHORTEST_TELLING_WORD = 4
_SEED = "completeness"
REPLACING = frozenset({"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"})
"""Kinds that replace a pod which is taken away."""
POD_SECURITY = "pod-security.kubernetes.io/enforce"


def incompleteness(scenario: Scenario, variant: Variant) -> list[Problem]:
    """Everything that a complete scenario has and this one has not. `variant` is any of its variants."""
    return [
        *_missing_scripts(scenario, variant),
        *_unused_parameters(scenario),
        *_unregistered_checks(scenario, variant),
        *_told_causes(scenario, variant),
        *_unknown_namespaces(scenario, variant),
        *_open_namespaces(scenario, variant),
        *_unexamined_durability(scenario, variant),
        *cluster_problems(scenario, variant),
        *aws_incompleteness(scenario, variant),
    ]


def covering(scenario: Scenario) -> Iterator[dict[str, Value]]:
    """Few sets of parameters that, together, have every choice and both ends of every range."""
    base = drawn(scenario.parameters, scenario.id, _SEED)
    yield base
    for name, parameter in scenario.parameters.items():
        for value in parameter.corners:
            if value != base[name]:
                yield {**base, name: value}


def _missing_scripts(scenario: Scenario, variant: Variant) -> Iterator[Problem]:
    for kind, scripts, minimum in (("fixes", variant.fixes, MINIMUM_FIXES), ("traps", variant.traps, MINIMUM_TRAPS)):
        if len(scripts) < minimum:
            yield Problem(scenario.folder / kind, 0, f"{len(scripts)} of at least {minimum} {kind}")
    known = {check.id for check in variant.spec.checks} | {guard.id for guard in variant.spec.safeguards}
    for name, trap in variant.traps.items():
        path = scenario.folder / "traps" / f"{name}.sh"
        if not trap.caught_by:
            yield Problem(path, 1, "the first line must be `# caught-by: ID` of a check or safeguard")
        elif trap.caught_by not in known:
            yield Problem(path, 1, f"caught-by names {trap.caught_by!r}, which is no check or safeguard here")


def _unused_parameters(scenario: Scenario) -> Iterator[Problem]:
    used: set[str] = set()
    for name, text in {**scenario.texts, "scenario.yaml": scenario.yaml_text}.items():
        if name.endswith(".py"):
            continue
        try:
            used |= names_used(text)
        except RenderingError as error:
            yield Problem(scenario.folder / name, error.line, str(error))
    used |= set(re.findall(r"when: *\{? *(\w+):", scenario.texts.get("fault.yaml", "")))
    for name in scenario.parameters:
        if name not in used:
            yield scenario.problem("parameters", name, message=f"no file uses the parameter {name}")


def _unregistered_checks(scenario: Scenario, variant: Variant) -> Iterator[Problem]:
    """Compares ids by reading checks.py, without running it: loading a catalogue must not run its code."""
    registered = _registered(scenario.texts.get("checks.py", ""))
    if registered is None:
        yield Problem(scenario.folder / "checks.py", 0, "not Python")
        return
    for missing in sorted(variant.spec.python_ids - registered):
        yield Problem(scenario.folder / "checks.py", 0, f"no function is registered with @check({missing!r})")
    for unused in sorted(registered - variant.spec.python_ids):
        yield Problem(scenario.folder / "checks.py", 0, f"scenario.yaml does not use the Python check {unused!r}")


def _registered(source: str) -> set[str] | None:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    calls = (call for function in functions for call in function.decorator_list if isinstance(call, ast.Call))
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "check" and isinstance(call.args[0], ast.Constant)
    }


def _told_causes(scenario: Scenario, variant: Variant) -> Iterator[Problem]:
    """A brief must not name what the fault changes: neither its values nor the fields they stand in."""
    telling = telling_words(variant)
    for language in LANGUAGES:
        lines = variant.briefs[language].splitlines()
        for number, line in enumerate(lines, 1):
            for word in sorted(telling):
                if re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-]|://)", line, re.IGNORECASE):
                    path = scenario.folder / f"brief.{language}.md"
                    yield Problem(path, number, f"tells the cause: the fault is about {word!r}")


def telling_words(variant: Variant) -> frozenset[str]:
    """Values that the fault changes (broken and healthy) and the names of the fields around them."""
    healthy = {object_ref(manifest): manifest for manifest in variant.healthy}
    words: set[str] = set()
    for manifest in variant.broken:
        for place, values in differences(healthy[object_ref(manifest)], manifest).items():
            words |= {str(value) for value in values if isinstance(value, str | int)}
            words |= {step for step in place if re.search(r"[a-z][A-Z]", step) or step == "selector"}
    if variant.aws:
        words |= aws_telling_words(variant.aws)
    return frozenset(word for word in words if len(word) >= _SHORTEST_TELLING_WORD)


def _unknown_namespaces(scenario: Scenario, variant: Variant) -> Iterator[Problem]:
    """What is used must be made by the scenario itself, so that scenarios can share a sandbox."""
    made = set(variant.namespaces)
    for manifest in variant.healthy:
        namespace = manifest["metadata"].get("namespace")
        if namespace and namespace not in made:
            yield Problem(scenario.folder / "manifests", 0, f"{object_ref(manifest)}: nothing makes its namespace")
    for index, access in enumerate(variant.candidate_rules):
        if access.namespace and access.namespace not in made:
            yield scenario.problem("candidate", index, message=f"no manifest makes the namespace {access.namespace}")
    if variant.spec.client and variant.client.namespace not in made:
        yield scenario.problem("client", message=f"no manifest makes the namespace {variant.client.namespace}")


def _open_namespaces(scenario: Scenario, variant: Variant) -> Iterator[Problem]:
    """Whoever may make any pod is the node's root, and so the grader's equal: a scenario that wants it must say so."""
    for manifest in variant.healthy:
        if manifest["kind"] == "Namespace" and POD_SECURITY not in (manifest["metadata"].get("labels") or {}):
            name = manifest["metadata"]["name"]
            message = f"the Namespace {name} says nothing of Pod Security: label it {POD_SECURITY}: baseline"
            yield Problem(scenario.folder / "manifests", 0, message)


def _unexamined_durability(scenario: Scenario, variant: Variant) -> Iterator[Problem]:
    """A Kubernetes scenario says what must not undo a fix, and its pods are ones that its own manifests make."""
    plan = variant.spec.durability
    if plan is None:
        if scenario.sandbox.kind == "kubernetes":
            message = f"nothing says how durability is examined: give one of {', '.join(DURABILITY_KINDS)}"
            yield scenario.problem("durability", message=message)
        return
    if plan.replace_pods is None or variant.live:  # a script may make what no manifest says
        return
    wanted, namespace = plan.replace_pods.labels.items(), plan.replace_pods.namespace
    templates = (
        (manifest["spec"].get("template") or {}).get("metadata") or {}
        for manifest in variant.healthy
        if manifest["kind"] in REPLACING and manifest["metadata"].get("namespace") == namespace
    )
    if not any(wanted <= (template.get("labels") or {}).items() for template in templates):
        labels = ", ".join(f"{key}={value}" for key, value in wanted)
        message = f"no {', '.join(sorted(REPLACING))} of the manifests makes pods with {labels} in {namespace}"
        yield scenario.problem("durability", "replace_pods", message=message)
