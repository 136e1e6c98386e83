"""Emptying a cluster of a scenario, whatever state it was left in: for benches, never for a lab that somebody works in.

A namespace or a kind is not gone before the last object in it is, and an object with a finalizer waits for a controller
that the scenario's fault, or a trap, may have disabled. So what is being deleted and does not go is let go of.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from labs.core.errors import TimedOutError
from labs.core.probes import ObjectRef
from provisioner.kubernetes.order import ADMISSION_RANK, rank
from provisioner.kubernetes.reader import Reader
from provisioner.kubernetes.transport import Transport
from provisioner.kubernetes.writer import Writer

PATIENCE_SECONDS = 8.0
"""What nothing holds is gone by then. Five of them are the namespace controller's, which begins no earlier:
https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/controller/namespace/namespace_controller.go"""
_ROUND_SECONDS = 2.0
"""Between two rounds of letting go: each lists every kind in the namespace, some forty requests."""
_PAUSE_SECONDS = 0.25
_CRD = "CustomResourceDefinition"
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
"""Everything that is served, in one answer: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api"""


class Cluster(Protocol):
    """The parts of a KubernetesSandbox that clearing needs."""

    @property
    def reader(self) -> Reader:
        """To see what is left."""

    @property
    def writer(self) -> Writer:
        """To delete."""

    @property
    def transport(self) -> Transport:
        """For what the ports do not say."""


def clear(
    cluster: Cluster,
    namespaces: Sequence[str],
    refs: Sequence[ObjectRef],
    *,
    timeout_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Neither the namespaces nor the other objects (`refs`, which live in none) are there. Idempotent.

    Pods are killed, not asked: their last will is of no interest. Raises TimedOutError naming what is left.
    """
    admission = [ref for ref in refs if rank({"kind": ref.kind}) == ADMISSION_RANK]
    cluster.writer.delete(admission)  # it could refuse the rest
    spaces = [ObjectRef("v1", "Namespace", namespace) for namespace in namespaces]
    others = [ref for ref in refs if ref not in admission]
    # Kinds last: while a kind goes, what it holds cannot be listed reliably.
    ordered = [*spaces, *sorted(others, key=lambda ref: ref.kind == _CRD)]
    cluster.writer.delete(ordered)
    for namespace in namespaces:  # only now, when nothing is made in it any more: a Deployment would replace them
        cluster.writer.kill_pods(namespace)
    begun = monotonic()
    let_go_at = begun + PATIENCE_SECONDS
    while left := [ref for ref in (*admission, *ordered) if cluster.reader.get(ref) is not None]:
        if monotonic() > begun + timeout_seconds:
            names = ", ".join(map(str, left))
            raise TimedOutError(f"Still being deleted after {timeout_seconds:g} s: {names}")
        if monotonic() > let_go_at:
            _let_go(cluster, left)
            let_go_at = monotonic() + _ROUND_SECONDS
        sleep(_PAUSE_SECONDS)


def _let_go(cluster: Cluster, left: Sequence[ObjectRef]) -> None:
    """Nothing that is being deleted, of the objects or in them, has a finalizer any more."""
    for ref in left:
        found = cluster.reader.get(ref)
        if found is None:
            continue
        if ref.kind == "Namespace":
            held = _contents(cluster, ref.name)
        else:
            held = _instances(cluster, found) if ref.kind == _CRD else iter(())
        for path, manifest in held:
            _release(cluster.transport, path, manifest)
        if own := cluster.writer.path(ref):
            # The finalizer of a kind is what removes its instances; it goes by itself once they can.
            kept = ["customresourcecleanup.apiextensions.k8s.io"] if ref.kind == _CRD else []
            _release(cluster.transport, own, found, kept=kept)


def _contents(cluster: Cluster, namespace: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Path and manifest of everything in a namespace."""
    for root, resource in _namespaced(cluster.transport):
        collection = f"{root}/namespaces/{namespace}/{resource}"
        yield from _listed(cluster.transport, collection)


def _instances(cluster: Cluster, definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    spec = definition["spec"]
    version = next((each["name"] for each in spec["versions"] if each.get("served")), "")
    root, plural = f"/apis/{spec['group']}/{version}", spec["names"]["plural"]
    for _, manifest in _listed(cluster.transport, f"{root}/{plural}"):
        namespace = manifest["metadata"].get("namespace")
        middle = f"namespaces/{namespace}/{plural}" if namespace else plural
        yield f"{root}/{middle}/{manifest['metadata']['name']}", manifest


def _listed(transport: Transport, collection: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    answer = transport.call("GET", collection)
    items = answer.body.get("items") if answer.is_ok else None  # a kind that is just going cannot be listed
    for manifest in items or []:
        yield f"{collection}/{manifest['metadata']['name']}", manifest


def _namespaced(transport: Transport) -> Iterator[tuple[str, str]]:
    """Root path and resource of every kind that lives in namespaces and can be deleted."""
    for root in ("/api", "/apis"):
        answer = transport.call("GET", root, accept=_DISCOVERY)
        for group in answer.body.get("items") or [] if answer.is_ok else []:
            name = group["metadata"].get("name", "")
            for version in group["versions"][:1]:
                place = f"{root}/{name}/{version['version']}" if name else f"{root}/{version['version']}"
                for resource in version.get("resources") or []:
                    if resource.get("scope") == "Namespaced" and {"list", "delete"} <= set(resource.get("verbs", [])):
                        yield place, resource["resource"]


def _release(transport: Transport, path: str, manifest: Mapping[str, Any], *, kept: Sequence[str] = ()) -> None:
    metadata = manifest["metadata"]
    finalizers = metadata.get("finalizers") or []
    if not metadata.get("deletionTimestamp") or set(finalizers) <= set(kept):
        return
    body = {"metadata": {"finalizers": [each for each in finalizers if each in kept]}}
    # A refusal is told by what is left when the time is up; the next round tries again.
    transport.call("PATCH", path, body=body, content_type="application/merge-patch+json")
