"""Whether the kubelet's questions reach the application, whatever form they have."""

import json
from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from labs.core.probes import ObjectRef, ProbeAnswer

_QUESTION_HEADER = "X-Shop-Check"
"""The application says on every health answer which question it answered."""


@check("application-decides")
def application_decides(view: ScenarioView) -> Finding:
    """The readiness probe of every pod asks the application whether it is ready."""
    container = _container(view)
    probe = container.get("readinessProbe")
    if probe is None:
        return _failed("The container has no readiness probe.", "El contenedor no tiene readiness probe.", "none")
    pods = [pod for pod in _pods(view) if pod.get("status", {}).get("podIP")]
    if not pods:
        return _failed("No pod has an address yet.", "Ningún pod tiene dirección todavía.", "no pod")
    for pod in pods:
        own = _named_app(pod["spec"])
        if own.get("readinessProbe") != probe:
            name = pod["metadata"]["name"]
            return _failed(
                f"The pod {name} does not have the Deployment's probe yet.",
                f"El pod {name} todavía no tiene el probe del Deployment.",
                "an older pod",
            )
        if complaint := _complaint(view, own, probe, pod["status"]["podIP"]):
            return _failed(
                "The readiness probe does not ask for the application's readiness.",
                "El readiness probe no pregunta por la disponibilidad de la aplicación.",
                complaint,
            )
    return passed(
        en="The probe asks for the application's own readiness.",
        es="El probe pregunta por la disponibilidad de la propia aplicación.",
    )


@check("stuck-copies-still-restarted")
def stuck_copies_still_restarted(view: ScenarioView) -> Finding:
    """A liveness probe that asks over the network or runs a command is there."""
    probe = _container(view).get("livenessProbe") or {}
    handler = next((kind for kind in ("httpGet", "tcpSocket", "exec", "grpc") if kind in probe), "")
    trivial = handler == "exec" and _is_trivial(probe["exec"].get("command", []))
    if handler and not trivial:
        return passed(en="The liveness probe is there.", es="El liveness probe está.")
    return failed(
        en="Nothing notices a copy that hangs.",
        es="Nada detecta una copia colgada.",
        expected="a liveness probe that asks the application",
        actual=json.dumps(probe) if probe else "none",
    )


def _complaint(view: ScenarioView, container: Mapping[str, Any], probe: Mapping[str, Any], address: str) -> str:
    """Why this probe does not ask for readiness; empty when it does."""
    if "httpGet" in probe:
        get = probe["httpGet"]
        port = _port(container, get.get("port"))
        path = get.get("path", "/")
        answer = view.http(f"http://{address}:{port}{path}")
        question = _header(answer, _QUESTION_HEADER)
        if question == "readiness":
            return ""
        return (
            f"GET :{port}{path} → {answer.status or answer.outcome}, which is about {question or 'no health question'}"
        )
    if "exec" in probe:
        command = " ".join(probe["exec"].get("command", []))
        place = _readiness_place(view, address)
        return "" if place and place in command else f"exec {command!r}"
    return ", ".join(key for key in ("tcpSocket", "grpc") if key in probe) or "no handler"


def _readiness_place(view: ScenarioView, address: str) -> str:
    """`:PORT/PATH` of the application's readiness, as it says itself; empty when it does not answer."""
    answer = view.http(f"http://{address}:{view.parameters['port']}/about")
    if answer.status != 200:  # noqa: PLR2004
        return ""
    try:
        health = json.loads(answer.body)["health"]
        return f":{health['port']}{health['ready_path']}"
    except (ValueError, LookupError, TypeError):  # not our application: the candidate put another there
        return ""


def _port(container: Mapping[str, Any], port: str | int | None) -> int:
    """A port's number; a name is looked up in the container's ports (0 when it has none of that name)."""
    if isinstance(port, int):
        return port
    named = {item.get("name"): item["containerPort"] for item in container.get("ports", [])}
    return int(named.get(port, 0))


def _header(answer: ProbeAnswer, name: str) -> str:
    return next((value for key, value in answer.headers if key.lower() == name.lower()), "")


def _is_trivial(command: list[str]) -> bool:
    return not command or command[-1].strip() in {"true", ":", "exit 0", "/bin/true"} or command[0] == "echo"


def _container(view: ScenarioView) -> Mapping[str, Any]:
    """The application's container in the Deployment; empty when there is no Deployment."""
    ref = ObjectRef("apps/v1", "Deployment", str(view.parameters["app"]), view.namespace)
    deployment = view.reader.get(ref)
    return _named_app(deployment["spec"]["template"]["spec"]) if deployment else {}


def _named_app(pod_spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """The container `app` of a pod; its first one where there is none of that name."""
    containers: list[Mapping[str, Any]] = pod_spec["containers"]
    return next((container for container in containers if container["name"] == "app"), containers[0])


def _pods(view: ScenarioView) -> list[Mapping[str, Any]]:
    pods = view.reader.list("v1", "Pod", namespace=view.namespace, labels=f"app={view.parameters['app']}")
    return [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]


def _failed(en: str, es: str, actual: str) -> Finding:
    return failed(en=en, es=es, expected="a probe of the application's readiness", actual=actual)
