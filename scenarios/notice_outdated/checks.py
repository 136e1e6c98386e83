"""Where a new copy would have its notice from."""

import posixpath
from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import gone, named_container, pod_spec_of, setting
from labs.core.probes import ObjectRef


@check("editors-decide")
def editors_decide(view: ScenarioView) -> Finding:
    """The file, where one is named, or else the variable comes from the editors' ConfigMap."""
    app = str(view.parameters["app"])
    ref = ObjectRef("apps/v1", "Deployment", app, view.namespace)
    deployment = view.reader.get(ref)
    if deployment is None:
        return gone(ref)
    pod_spec = pod_spec_of(deployment)
    container = named_container(pod_spec)
    path = setting(view, view.namespace, container, "SHOP_TEXT_FILE").value
    source = _source_of_file(pod_spec, container, path) if path else _source_of_variable(view, container)
    wanted = f"ConfigMap {app}-texts"
    make = passed if source == wanted else failed
    return make(
        en=f"The next copy has its notice from: {source}.",
        es=f"La próxima copia tiene su aviso de: {source}.",
        expected=wanted,
        actual=source,
    )


def _source_of_variable(view: ScenarioView, container: Mapping[str, Any]) -> str:
    found = setting(view, view.namespace, container, "SHOP_TEXT")
    return "the Deployment itself" if found.source == "value" else found.source or "nowhere"


def _source_of_file(pod_spec: Mapping[str, Any], container: Mapping[str, Any], path: str) -> str:
    """The ConfigMap behind the mount that holds the path: of nested mounts, the deepest."""
    mounts = [
        mount
        for mount in container.get("volumeMounts") or []
        if posixpath.normpath(path) == mount["mountPath"] or path.startswith(mount["mountPath"].rstrip("/") + "/")
    ]
    if not mounts:
        return f"{path}, where nothing is mounted"
    mount = max(mounts, key=lambda item: len(item["mountPath"]))
    volume = next((item for item in pod_spec.get("volumes") or [] if item["name"] == mount["name"]), {})
    sources = (volume.get("projected") or {}).get("sources") or [volume]
    names = [str(item["configMap"]["name"]) for item in sources if item.get("configMap")]
    return f"ConfigMap {names[-1]}" if names else f"the volume {mount['name']}"
