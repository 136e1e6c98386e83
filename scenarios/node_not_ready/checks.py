"""Whether the node's agent reports."""

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.window import time_of
from labs.core.probes import ObjectRef

_NODE = ObjectRef("v1", "Node", "node1")
_LEASE = ObjectRef("coordination.k8s.io/v1", "Lease", "node1", "kube-node-lease")
_SILENCE_SECONDS = 20.0
"""After which the cluster takes a node for lost."""


@check("node-ready")
def node_ready(view: ScenarioView) -> Finding:
    """The node is Ready by what its kubelet said lately, as fresh as the lease that it renews."""
    conditions = ((view.reader.get(_NODE) or {}).get("status") or {}).get("conditions") or []
    ready = next((each for each in conditions if each["type"] == "Ready"), {})
    if ready.get("status") != "True":
        return failed(
            en="The node is not ready.",
            es="El nodo no está listo.",
            expected="Ready: True",
            actual=f"Ready: {ready.get('status', 'unknown')} ({ready.get('reason', '')})",
        )
    renewed = str(((view.reader.get(_LEASE) or {}).get("spec") or {}).get("renewTime") or "")
    said = str(ready.get("lastHeartbeatTime") or "")
    if not renewed or not said or abs(time_of(renewed) - time_of(said)) > _SILENCE_SECONDS:
        return failed(
            en="The node is called ready, but its agent has not reported since.",
            es="El nodo figura como listo, pero su agente no da señales desde entonces.",
            expected="a lease and a report of the same time",
            actual=f"lease {renewed or 'never'}, report {said or 'never'}",
        )
    return passed(en="The node reports.", es="El nodo da señales.")
