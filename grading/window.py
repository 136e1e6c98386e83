"""The last change in a scenario's scope: from it runs the time that a fix may take.

An untouched lab has no change and is graded at once (its symptom was proven at hand-over); a fresh fix gets its full
time. What counts: creations, deletions, and writes other than to status, of the objects in the scope's namespaces. What
does not: probes of ours, Jobs that a CronJob made and pods of Jobs (they come and go by themselves), EndpointSlices
that follow pods. A node that went away or came back counts too: what runs on it comes back after it. Where a record of
the candidate's requests exists, its last counts as well: objects do not tell all (see `last_change`).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from grading.probe_pods import is_probe
from grading.spec import GradingSpec
from labs.core.ports import ClusterReader, Manifest
from labs.core.probes import ObjectRef

SCOPE_KINDS = (
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "ResourceQuota"),
    ("v1", "LimitRange"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("discovery.k8s.io/v1", "EndpointSlice"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("networking.k8s.io/v1", "Ingress"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
)
"""Kinds of a namespace that a fix may touch. Not Roles: granting and revoking the candidate's access changes them."""

MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
ENDPOINTSLICE_CONTROLLER = "endpointslice-controller.k8s.io"
STAMP_SECONDS = 1.0
"""The API server's times are cut to whole seconds: a change stamped 10:00:00 may have come just before 10:00:01."""


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    """One object of the scope. `stamp`: epoch seconds of its newest change; `controlled`: a controller made it."""

    what: str
    stamp: float
    controlled: bool
    generation: int = 0
    """Of its specification; 0 for kinds that have none."""
    content: str = ""
    """Digest of what it says, for kinds that have no generation, such as ConfigMaps and Services."""

    def to_json(self) -> dict[str, Any]:
        """The entry as JSON data."""
        return asdict(self)


def scope_entries(reader: ClusterReader, spec: GradingSpec) -> dict[str, ScopeEntry]:
    """The objects of the scope that count, by UID. Raises UnreachableError when it cannot look."""
    entries = {
        str(manifest["metadata"]["uid"]): _entry(manifest) for manifest in _manifests(reader, spec) if _counts(manifest)
    }
    nodes = reader.list("v1", "Node") if spec.namespaces else ()
    return entries | {str(node["metadata"]["uid"]): _node_entry(node) for node in nodes}


def last_change(
    then: Mapping[str, ScopeEntry], current: Mapping[str, ScopeEntry], *, now: float, written: float | None = None
) -> float | None:
    """When the scope last changed since `then` (epoch seconds, never after `now`); None when it did not.

    `written`: when the candidate last wrote something there since, by the API server's own record, which knows also of
    what was taken away soon after another change.

    An object that is gone counts as gone just now, for nothing tells when; what controllers made and removed does not,
    for their owner or their replacement tells. So does one from which something was only taken away, which leaves no
    time: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
    """
    if any(uid not in current and not entry.controlled for uid, entry in then.items()):
        return now
    if any(uid in then and _changed_without_a_time(then[uid], entry) for uid, entry in current.items()):
        return now
    changed = [
        entry.stamp + STAMP_SECONDS
        for uid, entry in current.items()
        if uid not in then or entry.stamp > then[uid].stamp
    ]
    changed += [] if written is None else [written]
    return min(now, max(changed)) if changed else None


def _changed_without_a_time(then: ScopeEntry, now: ScopeEntry) -> bool:
    more = 0 < then.generation < now.generation
    other = bool(then.content and now.content) and then.content != now.content
    return (more or other) and not now.controlled and now.stamp <= then.stamp


def time_of(text: str) -> float:
    """Epoch seconds of an RFC 3339 time. Raises ValueError when it is none."""
    return datetime.fromisoformat(text).timestamp()


def is_controlled(manifest: Manifest) -> bool:
    """Whether the object says that a controller owns it."""
    return any(owner.get("controller") for owner in owners(manifest))


def owners(manifest: Manifest) -> list[Mapping[str, Any]]:
    """What the object says of its owners."""
    return manifest["metadata"].get("ownerReferences") or []


def _manifests(reader: ClusterReader, spec: GradingSpec) -> Iterator[Manifest]:
    extra = [(kind.api_version, kind.kind) for kind in spec.scope.kinds]
    for namespace in spec.namespaces:
        if (itself := reader.get(ObjectRef("v1", "Namespace", namespace))) is not None:
            yield itself
        for api_version, kind in dict.fromkeys((*SCOPE_KINDS, *extra)):
            yield from reader.list(api_version, kind, namespace=namespace)
    for cluster_kind in spec.scope.cluster_kinds:
        yield from reader.list(cluster_kind.api_version, cluster_kind.kind)


def _counts(manifest: Manifest) -> bool:
    labels = manifest["metadata"].get("labels") or {}
    if is_probe(manifest) or labels.get(MANAGED_BY) == ENDPOINTSLICE_CONTROLLER:
        return False
    return not {owner.get("kind") for owner in owners(manifest)} & {"CronJob", "Job"}


def _entry(manifest: Manifest) -> ScopeEntry:
    metadata = manifest["metadata"]
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return ScopeEntry(
        what=f"{manifest.get('kind', 'object')} {place}{metadata['name']}",
        stamp=_stamp(metadata),
        controlled=is_controlled(manifest),
        generation=int(metadata.get("generation") or 0),
        content="" if metadata.get("generation") else _digest(manifest),
    )


def _digest(manifest: Manifest) -> str:
    said = {key: value for key, value in manifest.items() if key not in {"metadata", "status"}}
    marks = {key: manifest["metadata"].get(key) for key in ("labels", "annotations")}
    return hashlib.sha256(json.dumps([said, marks], sort_keys=True).encode()).hexdigest()[:16]


def _node_entry(node: Manifest) -> ScopeEntry:
    """A node changes when it becomes Ready, or no longer is: by itself, so that one which is gone is no change."""
    conditions = node.get("status", {}).get("conditions") or []
    turns = [time_of(each["lastTransitionTime"]) for each in conditions if each["type"] == "Ready"]
    return ScopeEntry(what=f"Node {node['metadata']['name']}", stamp=max(turns, default=0.0), controlled=True)


def _stamp(metadata: Mapping[str, Any]) -> float:
    times = [time_of(metadata["creationTimestamp"])] if metadata.get("creationTimestamp") else [0.0]
    if metadata.get("deletionTimestamp"):
        # The API server writes when the object shall be gone: https://kubernetes.io/docs/reference/using-api/
        times.append(time_of(metadata["deletionTimestamp"]) - (metadata.get("deletionGracePeriodSeconds") or 0))
    written = (entry for entry in metadata.get("managedFields") or [] if entry.get("subresource") != "status")
    times += [time_of(entry["time"]) for entry in written if entry.get("time")]
    return max(times)
