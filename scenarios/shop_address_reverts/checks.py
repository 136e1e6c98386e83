"""What the keeper will write next, and whether it goes on doing what is of use."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import gone, named_container, pod_spec_of
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef

STALE_SECONDS = 75.0
"""A period, and a quarter of one for a busy machine."""


@check("nothing-breaks-it-again")
def nothing_breaks_it_again(view: ScenarioView) -> Finding:
    """What a keeper would write to the Service fits the pods that the Deployment makes; so does what it says now."""
    app = str(view.parameters["app"])
    refs = ObjectRef("apps/v1", "Deployment", app, view.namespace), ObjectRef("v1", "Service", app, view.namespace)
    deployment, service = (view.reader.get(ref) for ref in refs)
    if deployment is None or service is None:
        return gone(refs[0] if deployment is None else refs[1])
    for keeper in view.reader.list("batch/v1", "CronJob", namespace=view.namespace):
        for spec in _kept_service_specs(view, keeper, app):
            if complaint := _misfit(_after(service["spec"], spec), deployment):
                return failed(
                    en=f"At its next run {keeper['metadata']['name']} writes what does not fit.",
                    es=f"En su próxima corrida, {keeper['metadata']['name']} escribe lo que no encaja.",
                    expected="what the pods of the Deployment have",
                    actual=complaint,
                )
    return passed(en="Nothing that is kept gets in the way.", es="Nada de lo que se mantiene estorba.")


@check("rates-kept")
def rates_kept(view: ScenarioView) -> Finding:
    """The keeper has written the rates within the last minute and a quarter, or has not had the time to."""
    app = str(view.parameters["app"])
    ref = ObjectRef("v1", "ConfigMap", f"{app}-rates", view.namespace)
    rates = view.reader.get(ref)
    if rates is None:
        return gone(ref)
    data = rates.get("data") or {}
    kept_at = data.get("KEPT_AT") or rates["metadata"]["creationTimestamp"]
    age = _age_seconds(str(kept_at))
    good = (
        age is not None and -STALE_SECONDS < age <= STALE_SECONDS and data.get("RATE") == str(view.parameters["rate"])
    )
    make = passed if good else failed
    return make(
        en=f"The rates were last kept at {kept_at}.",
        es=f"Las tarifas se mantuvieron por última vez a las {kept_at}.",
        expected=f"within {STALE_SECONDS:g} s, the rate {view.parameters['rate']}",
        actual="unknown" if age is None else f"{age:.0f} s ago, the rate {data.get('RATE')}",
    )


def _kept_service_specs(view: ScenarioView, keeper: Manifest, app: str) -> Iterator[Mapping[str, Any]]:
    """What the keeper's files write into the Service's spec; a file that is no change has no say."""
    for text in _files(view, keeper):
        try:
            change = json.loads(text)
            path, spec = str(change["path"]), change["patch"]["spec"]
        except (ValueError, LookupError, TypeError):
            continue
        if path.rstrip("/").endswith(f"services/{app}") and isinstance(spec, Mapping):
            yield spec


def _files(view: ScenarioView, keeper: Manifest) -> Iterator[str]:
    """The files that the keeper's next run finds in its directories."""
    pod_spec = pod_spec_of(keeper)
    mounted = {mount["name"] for mount in named_container(pod_spec, "sync").get("volumeMounts") or []}
    for volume in pod_spec.get("volumes") or []:
        name = (volume.get("configMap") or {}).get("name")
        if name and volume["name"] in mounted:
            source = view.reader.get(ObjectRef("v1", "ConfigMap", name, view.namespace)) or {}
            chosen = {item["key"] for item in volume["configMap"].get("items") or []}
            yield from (text for key, text in (source.get("data") or {}).items() if not chosen or key in chosen)


def _after(now: Mapping[str, Any], patch: Mapping[str, Any]) -> Mapping[str, Any]:
    """The Service's spec once the patch was merged: selectors key by key, ports by their number."""
    ports = {item["port"]: dict(item) for item in now.get("ports") or []}
    for item in patch.get("ports") or []:
        ports[item.get("port")] = {**ports.get(item.get("port"), {}), **item}
    return {"selector": {**(now.get("selector") or {}), **(patch.get("selector") or {})}, "ports": list(ports.values())}


def _misfit(spec: Mapping[str, Any], deployment: Manifest) -> str:
    """What of a Service does not fit the Deployment's pods, in words; empty when all does."""
    template = deployment["spec"]["template"]
    labels = template["metadata"].get("labels") or {}
    wrong = [f"{key}={value}" for key, value in spec["selector"].items() if value and labels.get(key) != value]
    container = named_container(template["spec"])
    port = str(next((item["value"] for item in container.get("env") or [] if item["name"] == "PORT"), ""))
    known = {item.get("name"): str(item["containerPort"]) for item in container.get("ports") or []}
    for item in spec["ports"]:
        wanted = item.get("targetPort", item["port"])
        if item["port"] == 80 and known.get(wanted, str(wanted)) != port:  # noqa: PLR2004 - the shop's own port
            wrong.append(f"targetPort {wanted}")
    return ", ".join(wrong)


def _age_seconds(text: str) -> float | None:
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds()
    except (ValueError, TypeError):
        return None
