"""Findings of object and exec checks."""

from collections.abc import Sequence

from grading.baseline import selector
from grading.findings import Finding, Words, failed, passed, shown
from grading.fragments import Mismatch, mismatches
from grading.helpers import ScenarioView
from grading.since import since
from grading.spec_parts import ExecCheck, ObjectCheck
from labs.core.ports import Manifest
from labs.core.probes import ExecAnswer, ExecRequest, ObjectRef

NONE_RUNNING = Words("no pod is running", "ningún pod está en ejecución")


def object_finding(check: ObjectCheck, view: ScenarioView) -> Finding:
    """Whether the object, or as many as there should be of those with the labels, contain the fragment."""
    if check.name is not None:
        ref = ObjectRef(check.api_version, check.kind, check.name, check.namespace)
        manifest = view.reader.get(ref)
        if manifest is None or _is_leaving(manifest):
            return _missing(str(ref))
        return _one(str(ref), manifest, mismatches(check.fragment, manifest))
    labels = selector(check.labels or {})
    found = view.reader.list(check.api_version, check.kind, namespace=check.namespace, labels=labels)
    found = [manifest for manifest in found if not _is_leaving(manifest)]
    if check.count is not None:
        return _counted(check, labels, found)
    if not found:
        return _missing(f"{check.kind} {labels}")
    findings = [_one(_name(check.kind, item), item, mismatches(check.fragment, item)) for item in found]
    return next((finding for finding in findings if not finding.passed), findings[0])


def exec_finding(check: ExecCheck, view: ScenarioView) -> Finding:
    """Whether the command answers as expected in all running pods, or in the newest one."""
    listed = view.reader.list("v1", "Pod", namespace=check.namespace, labels=selector(check.labels))
    running = [pod for pod in listed if _is_running(pod, check.container)]
    running.sort(key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")), reverse=True)
    if not running:
        labels = selector(check.labels)
        return failed(
            en=f"Pods {labels}: {NONE_RUNNING.en}.",
            es=f"Pods {labels}: {NONE_RUNNING.es}.",
            expected=f"exit code {check.exit_code}",
            actual=NONE_RUNNING.en,
        )
    chosen = running if check.pods == "all" else running[:1]
    findings = [_exec_one(check, pod["metadata"]["name"], view) for pod in chosen]
    return next((finding for finding in findings if not finding.passed), findings[0])


def _exec_one(check: ExecCheck, pod: str, view: ScenarioView) -> Finding:
    request = ExecRequest(check.namespace, pod, check.command, check.container, check.timeout_seconds)
    answer = view.sandbox.execute(request)
    good = answer.exit_code == check.exit_code
    expected = f"exit code {check.exit_code}"
    if check.stdout_contains is not None:
        good = good and check.stdout_contains in answer.stdout
        expected += f", output contains {check.stdout_contains!r}"
    command = " ".join(check.command)
    make = passed if good else failed
    return make(
        en=f"{pod}: {shown(command)}: exit code {answer.exit_code}",
        es=f"{pod}: {shown(command)}: código de salida {answer.exit_code}",
        expected=expected,
        actual=_output(answer),
    )


def _output(answer: ExecAnswer) -> str:
    said = (answer.stdout.strip() or answer.stderr.strip())[:400]
    return f"exit code {answer.exit_code}" + (f": {said}" if said else "")


def _is_running(pod: Manifest, container: str) -> bool:
    """Whether a command can run in the pod: asking a container that does not run would look like trouble of ours."""
    status = pod.get("status") or {}
    if status.get("phase") != "Running" or _is_leaving(pod):
        return False
    states = {item["name"]: item.get("state") or {} for item in status.get("containerStatuses") or []}
    first = (pod.get("spec", {}).get("containers") or [{}])[0].get("name", "")
    return "running" in states.get(container or first, {})


def _counted(check: ObjectCheck, labels: str, found: Sequence[Manifest]) -> Finding:
    matching = [item for item in found if not mismatches(check.fragment, item)]
    make = passed if len(matching) == check.count else failed
    return make(
        en=f"{check.kind} {labels}: {len(matching)} as described, {len(found)} in all",
        es=f"{check.kind} {labels}: {len(matching)} como se describe, {len(found)} en total",
        expected=f"{check.count}: {shown(check.fragment)}",
        actual=str(len(matching)),
    )


def _one(what: str, manifest: Manifest, found: list[Mismatch]) -> Finding:
    if not found:
        return passed(en=f"{what} is as described.", es=f"{what} está como se describe.")
    first, more = found[0], len(found) - 1
    return failed(
        en=f"{what}: {first.path} is not as it should be" + (f" (and {more} more)." if more else "."),
        es=f"{what}: {first.path} no está como debe" + (f" (y {more} más)." if more else "."),
        expected="; ".join(f"{miss.path} = {shown(miss.expected)}" for miss in found),
        actual="; ".join(f"{miss.path} = {shown(miss.actual)}" for miss in found),
        since=since(manifest, first.path),
    )


def _missing(what: str) -> Finding:
    return failed(en=f"{what} is not there.", es=f"{what} no existe.", expected="present", actual="absent")


def _name(kind: str, manifest: Manifest) -> str:
    return f"{kind} {manifest['metadata']['name']}"


def _is_leaving(manifest: Manifest) -> bool:
    return bool(manifest["metadata"].get("deletionTimestamp"))
