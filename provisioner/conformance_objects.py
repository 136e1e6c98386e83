"""The objects that the conformance suite makes in a lab: the same in each, but for the word they answer with."""

from collections.abc import Mapping, Sequence
from typing import Any

from labs.core.ports import Manifest

NAMESPACE = "conformance"
IMAGE = "lab.local/busybox:1"
PORT = 8080
GREEDY = "greedy"
BUSY = "busy"
CLAIM = "claim"
WEB = {"app": "web"}


def meta(name: str, **more: Any) -> dict[str, Any]:
    """Return the metadata of an object in the suite's namespace."""
    return {"name": name, "namespace": NAMESPACE, **more}


def world(word: str) -> Sequence[Manifest]:
    """Return a web server behind a Service that answers `word`, and two pods at their limits."""
    serve = f"echo {word} > /tmp/index.html; echo serving {word}; exec httpd -f -p {PORT} -h /tmp"
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": meta("web"),
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": WEB},
                "template": {"metadata": {"labels": WEB}, "spec": _pod(serve)},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": meta("web"),
            "spec": {"selector": WEB, "ports": [{"port": 80, "targetPort": PORT}]},
        },
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("word"), "data": {"word": word}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "word", "namespace": "default"}},
        _lone_pod(GREEDY, "exec dd if=/dev/zero of=/dev/null bs=256M count=1", {"memory": "32Mi"}),
        _lone_pod(BUSY, "while :; do :; done", {"cpu": "50m"}),
    ]


def deny_all() -> Manifest:
    """Return a policy under which nobody may connect to the web server."""
    spec = {"podSelector": {"matchLabels": WEB}, "policyTypes": ["Ingress"]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta("deny"), "spec": spec}


def claim() -> Sequence[Manifest]:
    """Return a claim that names no class, and a pod that uses it."""
    resources = {"requests": {"storage": "16Mi"}}
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": CLAIM}}
    pod = _lone_pod(CLAIM, "exec sleep 100000", {"memory": "16Mi"})
    return [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": meta(CLAIM),
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": resources},
        },
        {**pod, "spec": {**pod["spec"], "volumes": [volume]}},
    ]


def _lone_pod(name: str, script: str, limits: Mapping[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta(name),
        "spec": {**_pod(script, limits), "restartPolicy": "Never"},
    }


def _pod(script: str, limits: Mapping[str, str] | None = None) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", script],
        "resources": {"limits": dict(limits or {})},
    }
    return {"containers": [container], "terminationGracePeriodSeconds": 0, "enableServiceLinks": False}
