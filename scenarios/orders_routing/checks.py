"""What the Service finds now, and what it will find after the next rollout."""

from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from labs.core.probes import ObjectRef


@check("finds-its-own-pods")
def finds_its_own_pods(view: ScenarioView) -> Finding:
    """The selector matches what the own Deployment will make, and no pod of anybody else."""
    namespace, app = str(view.parameters["ns"]), str(view.parameters["app"])
    service = view.reader.get(ObjectRef("v1", "Service", app, namespace))
    deployment = view.reader.get(ObjectRef("apps/v1", "Deployment", app, namespace))
    if service is None or deployment is None:
        missing = "Service" if service is None else "Deployment"
        return failed(
            en=f"The {missing} {app} is gone.", es=f"El {missing} {app} no está.", expected="exists", actual="absent"
        )
    selector = service["spec"].get("selector") or {}
    template = deployment["spec"]["template"]["metadata"].get("labels") or {}
    if not selector or not _matches(selector, template):
        return failed(
            en="The Service's selector does not match the pods that the Deployment makes: the next ones are not found.",
            es="El selector del Service no coincide con los pods que crea el Deployment: no encontrará a los próximos.",
            expected=f"a selector within {_shown(template)}",
            actual=_shown(selector) or "no selector",
        )
    own = deployment["spec"]["selector"]["matchLabels"]
    pods = view.reader.list("v1", "Pod", namespace=namespace)
    foreign = sorted(
        pod["metadata"]["name"]
        for pod in pods
        if _matches(selector, pod["metadata"].get("labels") or {})
        and not _matches(own, pod["metadata"].get("labels") or {})
    )
    if foreign:
        return failed(
            en="The Service's selector also matches pods of others.",
            es="El selector del Service también coincide con pods de otros.",
            expected=f"pods of {app} only",
            actual=", ".join(foreign),
        )
    return passed(
        en="The selector matches the Deployment's pods and no others.",
        es="El selector coincide con los pods del Deployment y con ninguno más.",
    )


def _matches(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


def _shown(labels: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
