"""Whether the members have found each other, by names that follow them, and say so themselves."""

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.lab_dns import is_address
from grading.workloads import gone, is_ready, living_pods, named_container, pod_spec_of, setting
from labs.core.ports import Manifest
from labs.core.probes import HttpRequest, ObjectRef, ProbeAnswer

MEMBERS = 3
REQUESTS = 20
OK = 200


@check("cluster-answers")
def cluster_answers(view: ScenarioView) -> Finding:
    """Whichever member answers a client has reached three peers."""
    app = str(view.parameters["app"])
    request = HttpRequest(f"http://{app}.{view.namespace}.svc.cluster.local/peers", timeout_seconds=4)
    # A Service without endpoints refuses by ICMP, which the kernel limits to 6 at once and 1 a second.
    answers = list(view.ask([request]))
    if answers[0].status == OK:
        answers += view.ask([request] * (REQUESTS - 1))
    worst = min((_reached(answer) for answer in answers), default=0)
    make = passed if worst >= MEMBERS else failed
    return make(
        en=f"Of {len(answers)} answers, the poorest shows {worst} of {MEMBERS} members.",
        es=f"De {len(answers)} respuestas, la más pobre muestra {worst} de {MEMBERS} miembros.",
        expected=f"{MEMBERS} members in every answer",
        actual=str(answers[0].status or answers[0].outcome) if worst < MEMBERS else str(worst),
    )


@check("members-joined")
def members_joined(view: ScenarioView) -> Finding:
    """Three pods are Ready, each asked by its own readiness answer, with peers called by name."""
    pods = living_pods(view, view.namespace, {"app": str(view.parameters["app"])})
    ready = [str(pod["metadata"]["name"]) for pod in pods if is_ready(pod)]
    if len(ready) < MEMBERS:
        return _failed("Not every member is Ready.", "No todos los miembros están Ready.", f"Ready: {len(ready)}")
    for pod in pods:
        container = named_container(pod["spec"])
        get = (container.get("readinessProbe") or {}).get("httpGet") or {}
        command = " ".join(((container.get("readinessProbe") or {}).get("exec") or {}).get("command") or [])
        if get.get("path") != "/readyz" and "/readyz" not in command:
            name = pod["metadata"]["name"]
            return _failed(f"{name} is not asked whether it is ready.", f"A {name} no se le pregunta.", "no /readyz")
    if complaint := _badly_called(view, pods):
        return _failed(
            "Peers are not called by names that follow them.", "Los pares no se llaman por nombre.", complaint
        )
    return passed(en="All members have joined.", es="Todos los miembros se unieron.")


@check("three-members")
def three_members(view: ScenarioView) -> Finding:
    """The StatefulSet of that name wants three pods of the same program."""
    ref = ObjectRef("apps/v1", "StatefulSet", str(view.parameters["app"]), view.namespace)
    found = view.reader.get(ref)
    if found is None:
        return gone(ref)
    container = named_container(pod_spec_of(found))
    seen = found["spec"].get("replicas", 1), container["image"], container.get("args")
    good = seen[0] >= MEMBERS and seen[1:] == ("lab.local/shop:1", ["member"]) and not container.get("command")
    make = passed if good else failed
    return make(
        en=f"{ref}: {seen[0]} members.",
        es=f"{ref}: {seen[0]} miembros.",
        expected=f"{MEMBERS} members",
        actual=str(seen),
    )


def _reached(answer: ProbeAnswer) -> int:
    """How many peers the answer says were reached; none unless the member is content."""
    try:
        peers = json.loads(answer.body)["peers"] if answer.status == OK else {}
        return len([name for name, is_there in peers.items() if is_there])
    except (ValueError, LookupError, TypeError, AttributeError):
        return 0


def _badly_called(view: ScenarioView, pods: Sequence[Manifest]) -> str:
    """A peer that is called by an address, or fewer peers than there are members; else nothing."""
    for pod in pods:
        peers = (setting(view, view.namespace, named_container(pod["spec"]), "PEERS").value or "").split(",")
        hosts = {urlsplit(peer.strip()).hostname or "" for peer in peers} - {""}
        if len(hosts) < MEMBERS or any(map(is_address, hosts)):
            return f"{pod['metadata']['name']}: {', '.join(sorted(hosts))}"
    return ""


def _failed(en: str, es: str, actual: str) -> Finding:
    return failed(en=en, es=es, expected=f"{MEMBERS} members that have found each other", actual=actual)
