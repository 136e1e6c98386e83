"""Who controls an object, in truth: anyone can write ownerReferences, so the owner must be there, with that UID."""

from grading.window import owners
from labs.core.ports import ClusterReader, Manifest
from labs.core.probes import ObjectRef

NOT_CONTROLLERS = frozenset({"ConfigMap", "Secret", "Pod", "Service", "ServiceAccount", "Namespace", "Endpoints"})
"""Core kinds that own no one: naming one as the controller in ownerReferences is a disguise."""


def owner_of(manifest: Manifest, reader: ClusterReader) -> Manifest | None:
    """The object, of whatever kind, that this one names as its controller. Raises UnreachableError."""
    owner = next((item for item in owners(manifest) if item.get("controller")), None)
    if owner is None:
        return None
    namespace = str(manifest["metadata"].get("namespace") or "")
    found = reader.get(ObjectRef(owner["apiVersion"], owner["kind"], owner["name"], namespace))
    return found if found is not None and found["metadata"]["uid"] == owner["uid"] else None


def controller_of(manifest: Manifest, reader: ClusterReader) -> Manifest | None:
    """The object that this one names as its controller, when it is of a kind that controls. Raises UnreachableError."""
    named = {(item.get("apiVersion"), item.get("kind")) for item in owners(manifest) if item.get("controller")}
    return None if named & {("v1", kind) for kind in NOT_CONTROLLERS} else owner_of(manifest, reader)
