"""Whether the application runs, by pods that the kubelet reports now and not by what a backup says of them."""

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import is_ready
from labs.core.probes import ObjectRef

_COPIES = 2


@check("copies-available")
def copies_available(view: ScenarioView) -> Finding:
    """The Deployment is available as it is now, and as many pods of its are Ready."""
    namespace, app = str(view.parameters["ns"]), str(view.parameters["app"])
    deployment = view.reader.get(ObjectRef("apps/v1", "Deployment", app, namespace)) or {}
    status, metadata = deployment.get("status") or {}, deployment.get("metadata") or {}
    available = int(status.get("availableReplicas") or 0)
    is_current = status.get("observedGeneration") == metadata.get("generation")
    pods = view.reader.list("v1", "Pod", namespace=namespace, labels=f"app={app}")
    ready = [pod for pod in pods if is_ready(pod) and not pod["metadata"].get("deletionTimestamp")]
    if not deployment or not is_current or available < _COPIES or len(ready) < _COPIES:
        return failed(
            en=f"{app} does not run in {_COPIES} copies.",
            es=f"{app} no está en ejecución en {_COPIES} copias.",
            expected=f"{_COPIES} available",
            actual=f"{available} available, {len(ready)} ready" if deployment else "no Deployment",
        )
    return passed(en="Both copies run.", es="Las dos copias están en ejecución.")
