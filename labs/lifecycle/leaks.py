"""What a cluster must not tell a candidate: where the fault is, and how it was before."""

import re
from collections.abc import Iterator, Mapping, Sequence

from grading.settled import container_statuses
from grading.window import owners
from grading.workloads import is_ready
from labs.catalogue.variant import Variant
from labs.core.errors import UnreachableError
from labs.core.ports import ClusterReader, Manifest
from labs.core.probes import ObjectRef
from labs.lifecycle.answers import REVISIONS, name_of, shown

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
TELLING = re.compile(r"(?<![a-z])(fault|broken|healthy|solution|trap|taller)(?![a-z])", re.IGNORECASE)
"""Words that no name, label or annotation may have."""
OUR_MANAGER = "taller"
CONTROLLERS = frozenset(
    {
        "kube-controller-manager",
        "kubelet",
        "kube-scheduler",
        "kube-apiserver",
        "labnode",
        "validatingadmissionpolicy-status",
    }
)
"""Kubernetes' own managers; a node in one process signs with the name of its binary."""
LOG_LINES = 10_000
"""The whole of what a container said, or the first 64 KiB of so many lines."""
NUMBER = re.compile(r"(?<![\w.:/-])\d+(?![\w.:/-])")
"""In logs a number by itself may be anything: a duration, a count, a size."""
_KINDS = (
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("v1", "Event"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Pod"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "ControllerRevision"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("networking.k8s.io/v1", "Ingress"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("policy/v1", "PodDisruptionBudget"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("v1", "ResourceQuota"),
    ("v1", "LimitRange"),
)


def leaks(reader: ClusterReader, variant: Variant) -> Sequence[str]:
    """Return what of the scenario, freshly broken, gives the answer away; empty when nothing does.

    Looks in its namespaces, also at what its pods wrote, and at its objects that live in none. Looks for histories that
    `rollout undo` could use, last-applied annotations, release records, managers other than Kubernetes' own, ours and
    the scenario's, words that tell, and values that the fault replaced. Raises UnreachableError when it cannot look.
    """
    kinds = dict.fromkeys((*_KINDS, *_own_kinds(variant)))
    found = [
        {**item, "kind": kind}
        for namespace in variant.namespaces
        for api_version, kind in kinds
        for item in reader.list(api_version, kind, namespace=namespace)
    ]
    refs = (*(ObjectRef("v1", "Namespace", name) for name in variant.namespaces), *variant.cluster_refs)
    found += [{**item, "kind": ref.kind} for ref in refs if (item := reader.get(ref)) is not None]
    told = {leak for manifest in found for leak in _told_by(manifest, variant)}
    logs = [log for manifest in found if manifest["kind"] == "Pod" for log in _logs(reader, manifest)]
    told |= set(shown(variant, found, logs))
    told |= set(told_in_files(variant.workspace.broken if variant.workspace else {}))
    return sorted(told if variant.shows_history else {*told, *_histories(found)})


def told_in_files(files: Mapping[str, str]) -> Iterator[str]:
    """What tells in the files that the candidate finds in the workspace, by path."""
    for path, text in files.items():
        for word in telling(f"{path}\n{text}"):
            yield f"the file {path} has the word {word!r}"


def telling(text: str) -> Iterator[str]:
    """The words in a text that tell."""
    yield from {match[0] for match in re.finditer(TELLING, text)}


def _logs(reader: ClusterReader, pod: Manifest) -> Iterator[Manifest]:
    """What each container of a pod wrote."""
    metadata = pod["metadata"]
    name, namespace = metadata["name"], metadata["namespace"]
    for each in container_statuses(pod.get("status") or {}):
        if not each.get("containerID"):
            continue  # never started
        try:
            text = reader.logs(namespace, name, container=each["name"], tail_lines=LOG_LINES)
        except UnreachableError:
            if _has_a_kubelet(reader, pod):
                raise
            return
        yield {"kind": f"Log of {each['name']} in", "metadata": metadata, "text": NUMBER.sub("", text)}


def _has_a_kubelet(reader: ClusterReader, pod: Manifest) -> bool:
    """Whether the pod is still there, on a node that is Ready: nobody else shows its logs, to candidates either."""
    metadata = pod["metadata"]
    now = reader.get(ObjectRef("v1", "Pod", metadata["name"], metadata["namespace"]))
    node = reader.get(ObjectRef("v1", "Node", pod["spec"]["nodeName"]))
    is_there = now is not None and now["metadata"]["uid"] == metadata["uid"]
    return is_there and node is not None and is_ready(node)


def _own_kinds(variant: Variant) -> Iterator[tuple[str, str]]:
    """The kinds that the scenario itself brings, where their objects live in namespaces."""
    for manifest in variant.healthy:
        if manifest["kind"] == "CustomResourceDefinition" and manifest["spec"]["scope"] == "Namespaced":
            spec = manifest["spec"]
            yield from ((f"{spec['group']}/{each['name']}", spec["names"]["kind"]) for each in spec["versions"])


def _histories(manifests: Sequence[Manifest]) -> Iterator[str]:
    revisions: dict[str, int] = {}
    for manifest in manifests:
        if manifest["kind"] in REVISIONS:
            for owner in owners(manifest):
                name = f"{owner['kind']} {manifest['metadata']['namespace']}/{owner['name']}"
                revisions[name] = revisions.get(name, 0) + 1
    yield from (f"{name} has {count} revisions" for name, count in revisions.items() if count > 1)


def _told_by(manifest: Manifest, variant: Variant) -> Iterator[str]:
    metadata, name = manifest["metadata"], name_of(manifest)
    annotations, labels = metadata.get("annotations") or {}, metadata.get("labels") or {}
    if LAST_APPLIED in annotations:
        yield f"{name} has the annotation {LAST_APPLIED}"
    is_release = manifest["kind"] == "Secret" and str(manifest.get("type", "")).startswith("helm.sh/")
    if is_release and not variant.shows_history:
        yield f"{name} is a Helm release"
    managers = {entry.get("manager", "") for entry in metadata.get("managedFields") or []}
    if strangers := managers - CONTROLLERS - {OUR_MANAGER} - variant.managers:
        yield f"{name} has the managers {', '.join(sorted(strangers))}"
    for text in (metadata["name"], *labels, *labels.values(), *annotations, *annotations.values()):
        if word := TELLING.search(str(text)):
            yield f"{name} has the word {word[0]!r}: {text[:80]}"
