"""Telling our probe pods from a candidate's pods: they carry a client's labels, but are no part of any scenario."""

from collections.abc import Mapping, Sequence
from typing import Any

from labs.core.ports import ClusterReader, Manifest
from labs.core.probes import PROBE_LABEL, AccessQuestion, Admission, ObjectRef


def is_probe(manifest: Manifest) -> bool:
    """Whether this is a probe of ours: it carries our label, and is not Ready, as no probe ever is.

    Anyone can write the label; but a pod that hides behind it must stay unready, and so serves nobody.
    """
    if PROBE_LABEL not in (manifest["metadata"].get("labels") or {}):
        return False
    status: Mapping[str, Any] = manifest.get("status") or {}
    conditions = {item["type"]: item["status"] for item in status.get("conditions") or []}
    return conditions.get("Ready") != "True"


class ProbelessReader:
    """A ClusterReader whose lists leave our probe pods out."""

    def __init__(self, reader: ClusterReader) -> None:
        self._reader = reader

    def get(self, ref: ObjectRef) -> Manifest | None:
        """See ClusterReader."""
        return self._reader.get(ref)

    def list(self, api_version: str, kind: str, *, namespace: str = "", labels: str = "") -> Sequence[Manifest]:
        """See ClusterReader; without probe pods."""
        found = self._reader.list(api_version, kind, namespace=namespace, labels=labels)
        return [manifest for manifest in found if not is_probe(manifest)] if kind == "Pod" else found

    def logs(self, namespace: str, pod: str, *, container: str = "", tail_lines: int = 100) -> str:
        """See ClusterReader."""
        return self._reader.logs(namespace, pod, container=container, tail_lines=tail_lines)

    def is_allowed(self, question: AccessQuestion) -> bool:
        """See ClusterReader."""
        return self._reader.is_allowed(question)

    def would_create(self, manifest: Manifest) -> Admission:
        """See ClusterReader."""
        return self._reader.would_create(manifest)

    def would_evict(self, namespace: str, pod: str) -> Admission:
        """See ClusterReader."""
        return self._reader.would_evict(namespace, pod)
