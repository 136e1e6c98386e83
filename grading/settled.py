"""Whether a scenario's pods are still on their way: what fails while they start says nothing about the fault."""

from collections.abc import Iterator, Mapping
from typing import Any

from grading.probe_pods import is_probe
from grading.spec import GradingSpec
from grading.window import time_of
from labs.core.ports import ClusterReader, Manifest

CREATING_SECONDS = 20.0
"""So long may pods take to be made and to run; a second or two is usual, ten when eight labs start on two cores."""
STARTING_SECONDS = 3.0
"""So long after its start may a container that is not ready still become so; ours are ready within a second."""
STUCK = frozenset(
    {
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "ErrImageNeverPull",
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "RunContainerError",
    }
)


def unsettled(reader: ClusterReader, spec: GradingSpec, *, now: float) -> list[str]:
    """What in the scope is still on its way, by name; empty when all is ready, finished, or stuck for good.

    Raises UnreachableError when it cannot look.
    """
    return [name for namespace in spec.namespaces for name in _unsettled_in(reader, namespace, now)]


def _unsettled_in(reader: ClusterReader, namespace: str, now: float) -> Iterator[str]:
    for deployment in reader.list("apps/v1", "Deployment", namespace=namespace):
        if _is_young(deployment, now) and not _has_its_pods(deployment):
            yield f"Deployment {namespace}/{deployment['metadata']['name']}"
    for pod in reader.list("v1", "Pod", namespace=namespace):
        if not is_probe(pod) and _is_young(pod, now) and _is_starting(pod, now):
            yield f"Pod {namespace}/{pod['metadata']['name']}"


def _is_young(manifest: Manifest, now: float) -> bool:
    return now < time_of(manifest["metadata"]["creationTimestamp"]) + CREATING_SECONDS


def _has_its_pods(deployment: Manifest) -> bool:
    status: Mapping[str, Any] = deployment.get("status") or {}
    conditions = {item["type"]: item["status"] for item in status.get("conditions") or []}
    wanted = (deployment.get("spec") or {}).get("replicas", 1)
    return status.get("replicas", 0) >= wanted or conditions.get("ReplicaFailure") == "True"


def _is_starting(pod: Manifest, now: float) -> bool:
    status: Mapping[str, Any] = pod.get("status") or {}
    if status.get("phase") in {"Succeeded", "Failed"}:
        return False
    conditions = {item["type"]: item for item in status.get("conditions") or []}
    if conditions.get("Ready", {}).get("status") == "True":
        return False
    if conditions.get("PodScheduled", {}).get("reason") == "Unschedulable":
        return False
    return _containers_are_starting(status, now)


def container_statuses(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a pod's status says of each of its containers, those that initialize it first."""
    return [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]


def waiting_for(container: Mapping[str, Any]) -> str:
    """Why the container waits, in the kubelet's word; empty when it does not."""
    return str(((container.get("state") or {}).get("waiting") or {}).get("reason") or "")


def _containers_are_starting(status: Mapping[str, Any], now: float) -> bool:
    """Whether none is stuck, and one is yet to run or has only just begun to."""
    containers = container_statuses(status)
    if any(item.get("restartCount") for item in containers):
        return False
    if any(waiting_for(item) in STUCK for item in containers):
        return False
    states = [item.get("state") or {} for item in containers]
    started = [
        time_of(state["running"]["startedAt"]) for state in states if (state.get("running") or {}).get("startedAt")
    ]
    all_run = bool(containers) and all("running" in state or "terminated" in state for state in states)
    return not all_run or now < max(started, default=0.0) + STARTING_SECONDS
