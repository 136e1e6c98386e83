"""What a release does to customers: by the strategy, by the copies' own behaviour, and as the tills have counted it."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import gone, living_pods, named_container, pod_spec_of
from labs.core.errors import UnreachableError
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef, ProbeAnswer

COPIES = 3
SERVING = 2
"""The tills need two copies."""
SETTLING_SECONDS = 12.0
"""After a release its last old copy ends, which may have been one of the old kind: grace and a little more."""
LEAST_DRAIN_SECONDS = 2.0
"""The way of the news that a copy goes, to whoever sends it customers: below a second here."""
MOST_COPIES = 4
"""One more during a release."""


@check("release-keeps-copies")
def release_keeps_copies(view: ScenarioView) -> Finding:
    """By its strategy, a release leaves two copies; maxUnavailable is rounded down."""
    deployment = _deployment(view)
    if deployment is None:
        return gone(_ref(view))
    strategy = deployment["spec"].get("strategy") or {}
    rolling = strategy.get("rollingUpdate") or {}
    wanted = int(deployment["spec"].get("replicas", 1))
    absent = 0 if strategy.get("type") == "Recreate" else _number(rolling.get("maxUnavailable", "25%"), wanted)
    serving = 0 if strategy.get("type") == "Recreate" else wanted - absent
    make = passed if serving >= SERVING else failed
    return make(
        en=f"During a release {max(serving, 0)} of {wanted} copies serve.",
        es=f"Durante una versión atienden {max(serving, 0)} de {wanted} copias.",
        expected=f"at least {SERVING}",
        actual=f"{strategy.get('type', 'RollingUpdate')} {json.dumps(rolling)}",
    )


@check("copies-come-and-go-unnoticed")
def copies_come_and_go_unnoticed(view: ScenarioView) -> Finding:
    """Every copy is asked for its own readiness, and has time between leaving the Service and its end."""
    pods = living_pods(view, view.namespace, {"app": str(view.parameters["app"])})
    deployment = _deployment(view)
    if deployment is None:
        return gone(_ref(view))
    template = pod_spec_of(deployment)
    for spec in (template, *(pod["spec"] for pod in pods)):
        if complaint := _leaves_too_soon(spec):
            return _failed(
                "A copy goes while customers are still sent to it.", "Una copia se va sin avisar.", complaint
            )
    probe = named_container(template).get("readinessProbe") or {}
    if not probe:
        return _failed("Nobody asks a copy whether it is ready.", "Nadie pregunta si una copia está lista.", "no probe")
    for pod in pods:
        complaint = _asked_something_else(view, pod)
        if complaint:
            return _failed("A copy gets customers too soon.", "Una copia recibe clientes demasiado pronto.", complaint)
    if not pods:
        return _failed("No copy is there.", "No hay ninguna copia.", "none")
    return passed(en="Copies come and go unnoticed.", es="Las copias llegan y se van sin que se note.")


@check("customers-unharmed")
def customers_unharmed(view: ScenarioView) -> Finding:
    """The tills' last failed request, if any, is of the time of the last release."""
    deployment = _deployment(view)
    if deployment is None:
        return gone(_ref(view))
    answer = view.http(f"http://{_ref(view).name}-tills.{view.namespace}.svc.cluster.local/stats")
    try:
        counted = json.loads(answer.body)
        failures, quiet = int(counted["failures"]), float(counted["quiet_seconds"])
    except (ValueError, LookupError, TypeError) as error:
        raise UnreachableError(f"The tills do not say how they fared: {answer.status or answer.outcome}") from error
    released = _released_at(deployment)
    if released is None:
        return failed(
            en="A release is going on.", es="Está saliendo una versión.", expected="complete", actual="going on"
        )
    after = (datetime.now(UTC).timestamp() - quiet) - released if failures else -math.inf
    make = passed if after <= SETTLING_SECONDS else failed
    return make(
        en=f"{failures} requests have failed{f', the last one {after:.0f} s after the release' if failures else ''}.",
        es=f"Fallaron {failures} pedidos{f'; el último, {after:.0f} s después de la versión' if failures else ''}.",
        expected=f"none later than {SETTLING_SECONDS:g} s after the last release",
        actual=f"{after:.0f} s after it" if failures else "none",
    )


@check("releases-go-on")
def releases_go_on(view: ScenarioView) -> Finding:
    """The Deployment is not paused, and wants no more copies than before, nor many more during a release."""
    deployment = _deployment(view)
    if deployment is None:
        return gone(_ref(view))
    spec = deployment["spec"]
    wanted = int(spec.get("replicas", 1))
    most = wanted + _number(
        (((spec.get("strategy") or {}).get("rollingUpdate")) or {}).get("maxSurge", 0), wanted, up=True
    )
    good = not spec.get("paused") and wanted <= COPIES and most <= MOST_COPIES
    make = passed if good else failed
    return make(
        en=f"{wanted} copies, {most} at most during a release{', paused' if spec.get('paused') else ''}.",
        es=f"{wanted} copias, {most} como máximo durante una versión{', en pausa' if spec.get('paused') else ''}.",
        expected=f"{COPIES} copies, at most {MOST_COPIES} during a release, not paused",
        actual=f"{wanted}, {most}{', paused' if spec.get('paused') else ''}",
    )


def _leaves_too_soon(pod_spec: Mapping[str, Any]) -> str:
    """Why the container ends before it gets no more customers; empty when it does not."""
    stop = (named_container(pod_spec).get("lifecycle") or {}).get("preStop") or {}
    grace = float(pod_spec.get("terminationGracePeriodSeconds", 30))
    if not stop:
        return "no preStop"
    if "sleep" in stop:
        pause = float(stop["sleep"].get("seconds", 0))
    else:
        words = " ".join((stop.get("exec") or {}).get("command") or []).replace(";", " ").split()
        pause = next((float(word) for word in words if word.replace(".", "", 1).isdigit()), 0.0)
    if pause < LEAST_DRAIN_SECONDS:
        return f"it ends {pause:g} s after the order"
    return f"killed {grace:g} s after the order, in the middle of its pause of {pause:g} s" if grace <= pause else ""


def _asked_something_else(view: ScenarioView, pod: Manifest) -> str:
    """Why a pod's readiness probe does not ask for the application's own readiness; empty when it does."""
    container = named_container(pod["spec"])
    probe = container.get("readinessProbe") or {}
    ready = str(view.parameters["ready_path"])
    if "exec" in probe:
        command = " ".join(probe["exec"].get("command") or [])
        return "" if f":{view.parameters['port']}{ready}" in command else f"exec {command!r}"
    get, address = probe.get("httpGet"), (pod.get("status") or {}).get("podIP")
    if not get or not address:
        return ", ".join(probe) or "no probe"
    named = {item.get("name"): item["containerPort"] for item in container.get("ports") or []}
    answer = view.http(f"http://{address}:{named.get(get.get('port'), get.get('port'))}{get.get('path', '/')}")
    question = _header(answer, "X-Shop-Check")
    return "" if question == "readiness" else f"{get.get('path', '/')}: about {question or 'no health question'}"


def _released_at(deployment: Manifest) -> float | None:
    """When the last release was complete (epoch seconds); None while one goes on."""
    conditions = {item["type"]: item for item in (deployment.get("status") or {}).get("conditions") or []}
    progress = conditions.get("Progressing") or {}
    seen = (deployment.get("status") or {}).get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
    if progress.get("reason") != "NewReplicaSetAvailable" or not seen:
        return None
    return datetime.fromisoformat(str(progress["lastUpdateTime"])).timestamp()


def _number(value: str | int, whole: int, *, up: bool = False) -> int:
    """A count, or a percentage of `whole`."""
    if isinstance(value, int):
        return value
    share = whole * float(str(value).removesuffix("%")) / 100
    return math.ceil(share) if up else math.floor(share)


def _ref(view: ScenarioView) -> ObjectRef:
    return ObjectRef("apps/v1", "Deployment", str(view.parameters["app"]), view.namespace)


def _deployment(view: ScenarioView) -> Manifest | None:
    return view.reader.get(_ref(view))


def _header(answer: ProbeAnswer, name: str) -> str:
    return next((value for key, value in answer.headers if key.lower() == name.lower()), "")


def _failed(en: str, es: str, actual: str) -> Finding:
    return failed(en=en, es=es, expected="asked for its own readiness; a pause before its end", actual=actual)
