"""What the namespace must go on refusing."""

from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed

SAFE: Mapping[str, Any] = {
    "runAsNonRoot": True,
    "runAsUser": 10001,
    "seccompProfile": {"type": "RuntimeDefault"},
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}
UNSAFE: Mapping[str, Mapping[str, Any]] = {
    "a pod that says nothing of its rights": {},
    "a pod that runs as root": {**SAFE, "runAsUser": 0, "runAsNonRoot": False},
    "a pod that may gain rights": {**SAFE, "allowPrivilegeEscalation": True},
    "a pod that keeps capabilities": {**SAFE, "capabilities": {"drop": ["NET_RAW"]}},
    "a pod without a system call filter": {**SAFE, "seccompProfile": {"type": "Unconfined"}},
}


@check("unsafe-pods-refused")
def unsafe_pods_refused(view: ScenarioView) -> Finding:
    """Each pod that falls short of the level in one thing is refused, and not for another reason."""
    for what, context in UNSAFE.items():
        answer = view.reader.would_create(_pod(view.namespace, context))
        if answer.is_let_in or "PodSecurity" not in answer.message:
            return failed(
                en=f"The namespace no longer refuses {what}.",
                es="El namespace ya no rechaza pods inseguros.",
                expected='violates PodSecurity "restricted"',
                actual="let in" if answer.is_let_in else answer.message[:200],
            )
    return passed(en="Unsafe pods are refused.", es="Los pods inseguros se rechazan.")


def _pod(namespace: str, context: Mapping[str, Any]) -> Mapping[str, Any]:
    container = {"name": "c", "image": "lab.local/busybox:1", "securityContext": dict(context)}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "asked-", "name": "asked", "namespace": namespace},
        "spec": {"containers": [container], "automountServiceAccountToken": False},
    }
