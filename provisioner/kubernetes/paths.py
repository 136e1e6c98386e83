"""Which REST path an object lives under."""

import threading
from typing import Any
from urllib.parse import quote

from labs.core.errors import UnreachableError
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef
from provisioner.kubernetes.transport import Transport

_NAMESPACED = {
    "v1": {
        "ConfigMap": "configmaps",
        "Endpoints": "endpoints",
        "Event": "events",
        "LimitRange": "limitranges",
        "PersistentVolumeClaim": "persistentvolumeclaims",
        "Pod": "pods",
        "ResourceQuota": "resourcequotas",
        "Secret": "secrets",
        "Service": "services",
        "ServiceAccount": "serviceaccounts",
    },
    "apps/v1": {
        "DaemonSet": "daemonsets",
        "Deployment": "deployments",
        "ReplicaSet": "replicasets",
        "StatefulSet": "statefulsets",
    },
    "batch/v1": {"CronJob": "cronjobs", "Job": "jobs"},
    "networking.k8s.io/v1": {"Ingress": "ingresses", "NetworkPolicy": "networkpolicies"},
    "discovery.k8s.io/v1": {"EndpointSlice": "endpointslices"},
    "rbac.authorization.k8s.io/v1": {"Role": "roles", "RoleBinding": "rolebindings"},
    "policy/v1": {"PodDisruptionBudget": "poddisruptionbudgets"},
    "autoscaling/v2": {"HorizontalPodAutoscaler": "horizontalpodautoscalers"},
}
_CLUSTER_WIDE = {
    "v1": {"Namespace": "namespaces", "Node": "nodes", "PersistentVolume": "persistentvolumes"},
    "rbac.authorization.k8s.io/v1": {"ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings"},
    "apiextensions.k8s.io/v1": {"CustomResourceDefinition": "customresourcedefinitions"},
}

Place = tuple[str, bool]
"""The plural of a kind, and whether its objects live in a namespace."""


def reference(manifest: Manifest) -> ObjectRef:
    """Return the name of an object. Raises KeyError when it is not a Kubernetes object."""
    metadata = manifest["metadata"]
    return ObjectRef(manifest["apiVersion"], manifest["kind"], metadata["name"], metadata.get("namespace", ""))


class Paths:
    """Kinds to paths. Built-in kinds need no request; others cost one GET of their group and version, kept."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._found: dict[str, dict[str, Place]] = {}
        self._lock = threading.Lock()

    def object(self, ref: ObjectRef) -> str | None:
        """The path of one object; None when the API server does not serve its kind. Raises UnreachableError."""
        place = self._place(ref.api_version, ref.kind)
        if place is None:
            return None
        namespace = (ref.namespace or "default") if place[1] else ""
        return f"{_collection(ref.api_version, place, namespace)}/{quote(ref.name, safe='')}"

    def collection(self, api_version: str, kind: str, namespace: str) -> str | None:
        """The path of all objects of a kind; None when the API server does not serve it. Raises UnreachableError."""
        place = self._place(api_version, kind)
        return None if place is None else _collection(api_version, place, namespace)

    def _place(self, api_version: str, kind: str) -> Place | None:
        if plural := _NAMESPACED.get(api_version, {}).get(kind):
            return plural, True
        if plural := _CLUSTER_WIDE.get(api_version, {}).get(kind):
            return plural, False
        with self._lock:
            known = self._found.get(api_version, {})
        if kind not in known:
            known = self._discovered(api_version)
            with self._lock:
                self._found[api_version] = known
        return known.get(kind)

    def _discovered(self, api_version: str) -> dict[str, Place]:
        answer = self._transport.call("GET", _root(api_version))
        if answer.status == 404:  # noqa: PLR2004
            return {}
        if not answer.is_ok:
            raise UnreachableError(f"Kinds of {api_version} cannot be listed: {answer.status} {answer.message}")
        resources: list[dict[str, Any]] = answer.body.get("resources", [])
        return {r["kind"]: (r["name"], bool(r["namespaced"])) for r in resources if "/" not in r["name"]}


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _collection(api_version: str, place: Place, namespace: str) -> str:
    middle = f"/namespaces/{quote(namespace, safe='')}" if place[1] and namespace else ""
    return f"{_root(api_version)}{middle}/{place[0]}"
