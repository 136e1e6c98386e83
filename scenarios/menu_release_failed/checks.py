"""What Helm believes, what its folder would make, and what runs."""

import binascii
import gzip
import json
from base64 import b64decode
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import yaml

from grading.fragments import mismatches
from grading.helpers import Finding, ScenarioView, check, failed, passed
from labs.core.probes import ObjectRef, ToolRequest

MOST_BYTES = 4 * 2**20
"""Of a release, unpacked: it is the candidate's."""
LOOKED_AT = ("Deployment", "Service", "ConfigMap")
_HELM_SECONDS = 30.0


@check("release-is-what-runs")
def release_is_what_runs(view: ScenarioView) -> Finding:
    """The newest revision is deployed, and each of its objects is in the cluster as it says."""
    found = _newest(view)
    if found is None:
        return _failed("There is no release that could be read.", "a release", "none")
    version, status, manifest = found
    if status != "deployed":
        return _failed("Helm's last revision is not deployed.", "deployed", f"revision {version}: {status}")
    for rendered in _documents(manifest):
        if message := _difference(view, rendered):
            return _failed("What runs is not what Helm's last revision says.", "as rendered", message)
    return passed(en="What Helm says is what runs.", es="Lo que dice Helm es lo que corre.")


@check("files-are-what-runs")
def files_are_what_runs(view: ScenarioView) -> Finding:
    """The folder, rendered with nothing but its own values, gives what is in the cluster."""
    namespace, app = str(view.parameters["ns"]), str(view.parameters["app"])
    command = ("helm", "template", app, f"/home/work/{app}-chart", "--namespace", namespace)
    answer = view.sandbox.run(ToolRequest(command, timeout_seconds=_HELM_SECONDS))
    if answer.exit_code:
        return _failed("The chart's folder cannot be rendered.", "a chart", answer.stderr[-300:])
    documents = _documents(answer.stdout)
    if {each["kind"] for each in documents} != set(LOOKED_AT):
        return _failed("The chart's folder lacks an object.", ", ".join(LOOKED_AT), str([d["kind"] for d in documents]))
    for rendered in documents:
        if message := _difference(view, rendered):
            return _failed("The chart's folder gives something else than what runs.", "the same", message)
    return passed(en="The folder gives what runs.", es="La carpeta da lo que corre.")


def _newest(view: ScenarioView) -> tuple[int, str, str] | None:
    """Version, status and manifest of the newest revision; None when there is none that could be read."""
    labels = f"owner=helm,name={view.parameters['app']}"
    secrets = view.reader.list("v1", "Secret", namespace=str(view.parameters["ns"]), labels=labels)
    versions = [s for s in secrets if str(s["metadata"]["labels"].get("version", "")).isdecimal()]
    if not versions:
        return None
    newest = max(versions, key=lambda secret: int(secret["metadata"]["labels"]["version"]))
    try:
        packed = b64decode(b64decode(newest["data"]["release"]))
        with gzip.open(BytesIO(packed)) as file:
            release: Mapping[str, Any] = json.loads(file.read(MOST_BYTES))
        return int(release["version"]), str(release["info"]["status"]), str(release["manifest"])
    except (LookupError, ValueError, TypeError, OSError, EOFError, binascii.Error):  # not Helm's: the candidate's own
        return None


def _documents(text: str) -> list[Mapping[str, Any]]:
    """The objects of a manifest that are looked at; nothing where it is no YAML."""
    try:
        documents = list(yaml.safe_load_all(text))
    except yaml.YAMLError:
        return []
    return [each for each in documents if isinstance(each, dict) and each.get("kind") in LOOKED_AT]


def _difference(view: ScenarioView, rendered: Mapping[str, Any]) -> str:
    """Where the cluster's object is not as the rendered one; empty when it is."""
    ref = ObjectRef(
        str(rendered.get("apiVersion")),
        str(rendered["kind"]),
        str((rendered.get("metadata") or {}).get("name")),
        str(view.parameters["ns"]),
    )
    actual = view.reader.get(ref)
    if actual is None:
        return f"{ref} is not there"
    parts = {key: rendered[key] for key in ("spec", "data") if key in rendered}
    found = mismatches(parts, actual)
    return f"{ref} {found[0].path}: rendered {found[0].expected!r}, in the cluster {found[0].actual!r}" if found else ""


def _failed(en: str, expected: str, actual: str) -> Finding:
    return failed(
        en=en,
        es="Lo que dice Helm, lo que da su carpeta y lo que corre no es lo mismo.",
        expected=expected,
        actual=actual[:400],
    )
