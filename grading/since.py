"""Since when something has been so, as far as the API server tells."""

from collections.abc import Mapping
from typing import Any

from labs.core.ports import Manifest


def since(manifest: Manifest, path: str) -> str:
    """When the field at `path` was last written (RFC 3339), by managed fields; failing that, when the object was made.

    See https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management. List items are not followed.
    """
    metadata = manifest.get("metadata") or {}
    steps = path.split("[", 1)[0].split(".")
    written = [
        str(entry["time"])
        for entry in metadata.get("managedFields") or []
        if entry.get("time") and _owns(entry.get("fieldsV1") or {}, steps)
    ]
    return max(written, default=str(metadata.get("creationTimestamp") or ""))


def _owns(fields: Mapping[str, Any], steps: list[str]) -> bool:
    for step in steps:
        found = fields.get(f"f:{step}")
        if found is None:
            return False
        fields = found
    return True
