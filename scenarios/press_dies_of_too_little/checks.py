"""How much memory pods get, asked of the API server itself."""

from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import gone
from labs.core.probes import ObjectRef

MIB = 2**20
OVERHEAD_MIB = 12
"""What the program takes beside the data that it holds."""
MOST_MIB = 96
"""The largest profile of the platform's rules."""
CAPPED = (("guests", {}, 24), ("guests", {"memory-profile": "tiny"}, 20), ("guests", {"memory-profile": "batch"}, 64))
"""Namespace, labels, and what the platform's rules give."""
_UNITS = {"Ki": 2**10, "Mi": MIB, "Gi": 2**30, "k": 10**3, "M": 10**6, "G": 10**9, "": 1}


@check("new-copies-get-enough")
def new_copies_get_enough(view: ScenarioView) -> Finding:
    """A pod from the template, let in by admission, has room for the data, and no more than a profile gives."""
    namespace, app = str(view.parameters["ns"]), str(view.parameters["app"])
    ref = ObjectRef("apps/v1", "Deployment", app, namespace)
    deployment = view.reader.get(ref)
    if deployment is None:
        return gone(ref)
    template = deployment["spec"]["template"]
    metadata = {"name": "asked", "namespace": namespace, "labels": template["metadata"].get("labels", {})}
    answer = view.reader.would_create(
        {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
    )
    expected = f"from {int(view.parameters['held']) + OVERHEAD_MIB} to {MOST_MIB} MiB"
    got = _limit(answer.manifest) if answer.is_let_in else 0
    if got and (int(view.parameters["held"]) + OVERHEAD_MIB) * MIB <= got <= MOST_MIB * MIB:
        return passed(en="A new copy gets enough memory.", es="Una copia nueva recibe memoria suficiente.")
    return failed(
        en="A new copy does not get the memory that it needs.",
        es="Una copia nueva no recibe la memoria que necesita.",
        expected=expected,
        actual=f"{got // MIB} MiB" if answer.is_let_in else answer.message[:200],
    )


@check("others-stay-capped")
def others_stay_capped(view: ScenarioView) -> Finding:
    """Pods of others, and profiles that were there, are capped as ever; nobody gets more than the largest profile."""
    for place, labels, wanted in CAPPED:
        answer = view.reader.would_create(_pod(view, place, {"team": "guests", **labels}))
        got = _limit(answer.manifest) // MIB if answer.is_let_in else 0
        if got != wanted:
            return _not_capped(f"{wanted} MiB", f"{got} MiB" if answer.is_let_in else answer.message[:200])
    for name in {str(view.parameters["profile"]), *_labels(view)}:
        answer = view.reader.would_create(_pod(view, "guests", {"team": "guests", "memory-profile": name}))
        if answer.is_let_in and not 0 < _limit(answer.manifest) <= MOST_MIB * MIB:
            return _not_capped(f"at most {MOST_MIB} MiB", f"{_limit(answer.manifest) // MIB} MiB")
    return passed(en="The others are capped as before.", es="Los demás tienen los límites de antes.")


@check("nameless-pods-refused")
def nameless_pods_refused(view: ScenarioView) -> Finding:
    """The rule of the other webhook is in force."""
    answer = view.reader.would_create(_pod(view, "guests", {}))
    if not answer.is_let_in:
        return passed(en="A pod without a team is refused.", es="Un pod sin equipo se rechaza.")
    return failed(
        en="A pod that names no team is let in.",
        es="Entra un pod que no nombra a ningún equipo.",
        expected="refused",
        actual="let in",
    )


def _labels(view: ScenarioView) -> list[str]:
    """The profile that the Deployment's pods name."""
    ref = ObjectRef("apps/v1", "Deployment", str(view.parameters["app"]), str(view.parameters["ns"]))
    deployment = view.reader.get(ref) or {"spec": {"template": {"metadata": {}}}}
    labels = deployment["spec"]["template"]["metadata"].get("labels") or {}
    return [labels["memory-profile"]] if "memory-profile" in labels else []


def _not_capped(expected: str, actual: str) -> Finding:
    return failed(
        en="A pod of another team does not get what the platform's rules say.",
        es="Un pod de otro equipo no recibe lo que dicen las reglas de la plataforma.",
        expected=expected,
        actual=actual,
    )


def _limit(pod: Mapping[str, Any]) -> int:
    """The memory limit of the pod's first container in bytes; 0 where it has none."""
    containers = (pod.get("spec") or {}).get("containers") or [{}]
    text = str(((containers[0].get("resources") or {}).get("limits") or {}).get("memory", "0"))
    unit = next(unit for unit in _UNITS if text.endswith(unit))
    return int(float(text.removesuffix(unit)) * _UNITS[unit])


def _pod(view: ScenarioView, place: str, labels: Mapping[str, str]) -> Mapping[str, Any]:
    metadata = {"name": "asked", "namespace": f"{view.parameters['ns']}-{place}", "labels": dict(labels)}
    container = {"name": "c", "image": "lab.local/busybox:1", "resources": {"limits": {"memory": "256Mi"}}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}
