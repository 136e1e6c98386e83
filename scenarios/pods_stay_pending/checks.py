"""Whether the cluster's own scheduler is at work, however it was brought back."""

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.window import time_of
from grading.workloads import is_ready
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef

_LEASE = ObjectRef("coordination.k8s.io/v1", "Lease", "kube-scheduler", "kube-system")
_PODS_LABELS = "component=kube-scheduler"


@check("cluster-places-pods")
def cluster_places_pods(view: ScenarioView) -> Finding:
    """A pod of the scheduler is Ready and holds the office that it renews every few seconds."""
    pods = view.reader.list("v1", "Pod", namespace="kube-system", labels=_PODS_LABELS)
    ready = [pod for pod in pods if is_ready(pod)]
    if not ready:
        return failed(
            en="No pod of the scheduler is ready.",
            es="Ningún pod del planificador está listo.",
            expected="a ready pod in kube-system",
            actual=", ".join(_state(pod) for pod in pods) or "no pod",
        )
    spec = (view.reader.get(_LEASE) or {}).get("spec") or {}
    holder, renewed = str(spec.get("holderIdentity") or ""), str(spec.get("renewTime") or "")
    started = min(time_of(_started(pod)) for pod in ready)
    if not holder or not renewed or time_of(renewed) < started:
        return failed(
            en="No scheduler has been in office since its pod started.",
            es="Ningún planificador ha estado en funciones desde que arrancó su pod.",
            expected="a lease that is renewed",
            actual=f"held by {holder or 'nobody'}, renewed {renewed or 'never'}",
        )
    return passed(en="The scheduler is at work.", es="El planificador está trabajando.")


def _state(pod: Manifest) -> str:
    """What the kubelet says of the pod's first container."""
    status = next(iter(pod.get("status", {}).get("containerStatuses") or []), {})
    state = status.get("state") or {}
    name = next(iter(state), "not there")
    return f"{state.get(name, {}).get('reason') or name}, not ready, {status.get('restartCount', 0)} restarts"


def _started(pod: object) -> str:
    statuses = pod.get("status", {}).get("containerStatuses", []) if isinstance(pod, dict) else []
    return next(each["state"]["running"]["startedAt"] for each in statuses if "running" in each["state"])
