"""What the pods reserve, what that costs, and what they are measured to use."""

from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import cores, gone, is_ready, living_pods, mebibytes, named_container, pod_spec_of, setting
from labs.core.errors import InfrastructureError
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef

BUDGET, CORE_PRICE, GIB_PRICE = 300.0, 900.0, 400.0
"""A month's, as in the brief."""
LESS = 0.1
"""So much less than what is used does no harm (brief)."""
NOISE_CORES, NOISE_MIB = 0.01, 2.0
"""What a measurement may be off: readiness probes and garbage collection come and go."""


@check("reserved-within-budget")
def reserved_within_budget(view: ScenarioView) -> Finding:
    """The requests of all pods of the three, at the prices of the brief."""
    pods = _pods(view)
    if not pods:
        return failed(en="No pod is there.", es="No hay ningún pod.", expected="pods", actual="none")
    total_cores, total_mib = (sum(_requested(pod, resource) for pod in pods) for resource in ("cpu", "memory"))
    cost = total_cores * CORE_PRICE + total_mib / 1024 * GIB_PRICE
    make = passed if cost <= BUDGET else failed
    return make(
        en=f"{total_cores * 1000:.0f}m and {total_mib:.0f} MiB are reserved, which costs {cost:.0f} a month.",
        es=f"Hay {total_cores * 1000:.0f}m y {total_mib:.0f} MiB reservados, que cuestan {cost:.0f} por mes.",
        expected=f"at most {BUDGET:.0f}",
        actual=f"{cost:.0f}",
    )


@check("promised-what-they-use")
def promised_what_they_use(view: ScenarioView) -> Finding:
    """Each pod of the three is Ready and requests what it was last measured to use, and the mill what its work takes.

    Raises InfrastructureError while one that is Ready is not measured yet: nothing can be said of it.
    """
    measured = {
        item["metadata"]["name"]: item
        for item in view.reader.list("metrics.k8s.io/v1beta1", "PodMetrics", namespace=_namespace(view))
    }
    pods = _pods(view)
    idle = [pod["metadata"]["name"] for pod in pods if not is_ready(pod)]
    if idle or not pods:
        return failed(
            en="Not every pod works.",
            es="No todos los pods funcionan.",
            expected="every pod Ready",
            actual=", ".join(idle) or "no pods",
        )
    if unknown := [pod["metadata"]["name"] for pod in pods if pod["metadata"]["name"] not in measured]:
        raise InfrastructureError(f"Not measured yet: {', '.join(unknown)}")
    for pod in pods:
        name = pod["metadata"]["name"]
        lacks = _lacks(pod, measured[name], _work_cores(view, pod))
        if lacks:
            return failed(
                en=f"{name} is promised less than it uses.",
                es=f"A {name} se le promete menos de lo que usa.",
                expected="requests that cover what is used",
                actual=lacks,
            )
    return passed(en="Each is promised what it uses.", es="A cada uno se le promete lo que usa.")


@check("work-not-slowed")
def work_not_slowed(view: ScenarioView) -> Finding:
    """The press may use as much processor as before, and the pictures stay in memory."""
    specs = {}
    for key in ("pictures", "mill"):
        ref = ObjectRef("apps/v1", "Deployment", str(view.parameters[key]), _namespace(view))
        deployment = view.reader.get(ref)
        if deployment is None:
            return gone(ref)
        specs[key] = pod_spec_of(deployment)
    held = setting(view, _namespace(view), named_container(specs["pictures"]), "ALLOCATE_MIB").value or "0"
    limit = (named_container(specs["mill"], "press").get("resources") or {}).get("limits", {}).get("cpu")
    work = int(view.parameters["work"])
    is_fast = limit is None or cores(limit) * 1000 >= work
    make = passed if is_fast and held.isdecimal() and int(held) >= int(view.parameters["cache"]) else failed
    return make(
        en=f"The press may use {limit or 'all there is'}; {held} MiB are kept in memory.",
        es=f"La prensa puede usar {limit or 'todo lo que haya'}; se conservan {held} MiB en memoria.",
        expected=f"{work}m or more, and {view.parameters['cache']} MiB",
        actual=f"{limit or 'no limit'}, {held} MiB",
    )


def _work_cores(view: ScenarioView, pod: Manifest) -> float:
    """What the mill's work takes (brief): on a host that is busy with others it is measured to use less."""
    is_mill = pod["metadata"]["labels"]["app"] == view.parameters["mill"]
    return int(view.parameters["work"]) / 1000 if is_mill else 0.0


def _namespace(view: ScenarioView) -> str:
    """The three's; the visitors have one of their own."""
    return str(view.parameters["ns"])


def _pods(view: ScenarioView) -> list[Manifest]:
    return [
        pod
        for key in ("pictures", "mill", "visits")
        for pod in living_pods(view, _namespace(view), {"app": str(view.parameters[key]), "part": "museum"})
    ]


def _requested(pod: Manifest, resource: str) -> float:
    """What the pod reserves, in cores or MiB: of the pod as a whole where that is said, else of its containers.

    https://kubernetes.io/docs/concepts/scheduling-eviction/resource-bin-packing and
    https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
    """
    spec = pod["spec"]
    whole = _request(spec, resource)
    if whole is not None:
        return whole
    sidecars = [item for item in spec.get("initContainers") or [] if item.get("restartPolicy") == "Always"]
    return sum(_request(container, resource) or 0.0 for container in [*spec["containers"], *sidecars])


def _request(part: Mapping[str, Any], resource: str) -> float | None:
    quantity = ((part.get("resources") or {}).get("requests") or {}).get(resource)
    if quantity is None:
        return None
    return cores(quantity) if resource == "cpu" else mebibytes(quantity)


def _lacks(pod: Manifest, metrics: Manifest, work_cores: float) -> str:
    """What of it is promised too little of, with both numbers; empty when nothing is."""
    used_cores = max(work_cores, sum(cores(each["usage"]["cpu"]) for each in metrics["containers"]))
    used_mib = sum(mebibytes(each["usage"]["memory"]) for each in metrics["containers"])
    if _requested(pod, "cpu") < used_cores - max(used_cores * LESS, NOISE_CORES):
        return f"{_requested(pod, 'cpu') * 1000:.0f}m requested, {used_cores * 1000:.0f}m used"
    if _requested(pod, "memory") < used_mib - max(used_mib * LESS, NOISE_MIB):
        return f"{_requested(pod, 'memory'):.0f} MiB requested, {used_mib:.0f} MiB used"
    return ""
