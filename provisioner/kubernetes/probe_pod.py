"""The manifest of a probe pod, and whether a running one is still what we made."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labs.core.errors import UnreachableError
from labs.core.ports import Manifest
from labs.core.probes import PROBE_LABEL, ClientIdentity

IMAGE = "lab.local/probe:1"
PROGRAM = "/bin/probe"
CONTAINER = "probe"


def manifest(identity: ClientIdentity, *, namespace_uid: str) -> Manifest:
    """Return a pod with the client's identity that can serve nobody.

    A readiness gate that nobody fulfils keeps it out of every Service; the Namespace as its controller keeps every
    ReplicaSet from adopting it, whatever its labels. It passes Pod Security `restricted`, tolerates every taint and
    asks for next to nothing, so that a quota or a tainted node does not blind the grader.
    """
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"client-{secrets.token_hex(5)}",
            "namespace": identity.namespace,
            "labels": {**dict(identity.labels), PROBE_LABEL: "true"},
            "ownerReferences": [
                {
                    "apiVersion": "v1",
                    "kind": "Namespace",
                    "name": identity.namespace,
                    "uid": namespace_uid,
                    "controller": True,
                    "blockOwnerDeletion": False,
                }
            ],
        },
        "spec": {
            "serviceAccountName": identity.service_account,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 0,
            "readinessGates": [{"conditionType": "lab.local/never"}],
            "tolerations": [{"operator": "Exists"}],
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10000 + secrets.randbelow(50000),  # within the 65,536 ids of a lab
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": CONTAINER,
                    "image": IMAGE,
                    "imagePullPolicy": "IfNotPresent",
                    "command": [PROGRAM, "sleep"],
                    "resources": {
                        "requests": {"cpu": "1m", "memory": "8Mi"},
                        "limits": {"cpu": "1", "memory": "64Mi"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What must not change between a probe pod's start and its last answer."""

    uid: str
    container_id: str
    image: str


def fingerprint(pod: Mapping[str, Any]) -> Fingerprint | None:
    """Return the running pod's fingerprint; None while it starts.

    Raises UnreachableError when it has ended or is not the pod that `manifest` describes (a webhook, or a candidate,
    has changed it): what it would say is not evidence.
    """
    name = pod["metadata"]["name"]
    spec, status = pod["spec"], pod.get("status", {})
    container = spec["containers"][0]
    if len(spec["containers"]) != 1 or spec.get("initContainers") or spec.get("ephemeralContainers"):
        raise UnreachableError(f"The probe pod {name} was given other containers.")
    if container["image"] != IMAGE or container.get("command") != [PROGRAM, "sleep"] or container.get("args"):
        raise UnreachableError(f"The probe pod {name} was given another program.")
    if status.get("phase") in {"Failed", "Succeeded"} or pod["metadata"].get("deletionTimestamp"):
        raise UnreachableError(f"The probe pod {name} has ended: {status.get('message') or status.get('reason')}.")
    seen = (status.get("containerStatuses") or [{}])[0]
    if seen.get("restartCount", 0):
        raise UnreachableError(f"The probe pod {name} was restarted.")
    if "running" not in seen.get("state", {}):
        return None
    return Fingerprint(pod["metadata"]["uid"], seen["containerID"], seen["imageID"])
