"""How many copies answer, and whether they found their places as they should."""

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import cores, gone, named_container, pod_spec_of
from labs.core.ports import Manifest
from labs.core.probes import HttpRequest, ObjectRef, ProbeAnswer

COPIES = 3
REQUESTS = 60
"""One of three copies is missed by 60 requests once in 3.6e10 times."""
NEEDED_CORES = 0.04
OK = 200


@check("three-copies-answer")
def three_copies_answer(view: ScenarioView) -> Finding:
    """Requests are answered well, by three pods in all."""
    app = str(view.parameters["app"])
    request = HttpRequest(f"http://{app}.{view.namespace}.svc.cluster.local/orders")
    # A Service without endpoints refuses by ICMP, which the kernel limits to 6 at once and 1 a second.
    answers = list(view.ask([request]))
    if answers[0].status == OK:
        answers += view.ask([request] * (REQUESTS - 1))
    good = [answer for answer in answers if answer.status == OK and _header(answer, "X-Shop-Service") == app]
    copies = {_header(answer, "X-Shop-Pod") for answer in good}
    make = passed if len(copies) >= COPIES and len(good) == len(answers) else failed
    return make(
        en=f"{len(copies)} copies answered {len(good)} of {len(answers)} requests.",
        es=f"{len(copies)} copias respondieron {len(good)} de {len(answers)} pedidos.",
        expected=f"{COPIES} copies, all requests",
        actual=", ".join(sorted(copies)) or str(answers[0].status or answers[0].outcome),
    )


@check("scheduler-places-it")
def scheduler_places_it(view: ScenarioView) -> Finding:
    """The Deployment names no node."""
    deployment = _deployment(view)
    if deployment is None:
        return gone(_ref(view))
    named = pod_spec_of(deployment).get("nodeName")
    make = failed if named else passed
    return make(
        en=f"The node of a copy: {named or 'the scheduler chooses'}.",
        es=f"El nodo de una copia: {named or 'lo elige el planificador'}.",
        expected="the scheduler chooses",
        actual=str(named or "the scheduler chooses"),
    )


@check("promised-what-it-needs")
def promised_what_it_needs(view: ScenarioView) -> Finding:
    """A copy's request for processor time covers its need."""
    deployment = _deployment(view)
    if deployment is None:
        return gone(_ref(view))
    resources = named_container(pod_spec_of(deployment)).get("resources") or {}
    promised = cores((resources.get("requests") or resources.get("limits") or {}).get("cpu", "0"))
    make = passed if promised >= NEEDED_CORES else failed
    return make(
        en=f"A copy is promised {promised:g} cores.",
        es=f"A una copia se le prometen {promised:g} núcleos.",
        expected=f"at least {NEEDED_CORES:g}",
        actual=f"{promised:g}",
    )


def _ref(view: ScenarioView) -> ObjectRef:
    return ObjectRef("apps/v1", "Deployment", str(view.parameters["app"]), view.namespace)


def _deployment(view: ScenarioView) -> Manifest | None:
    return view.reader.get(_ref(view))


def _header(answer: ProbeAnswer, name: str) -> str:
    return next((value for key, value in answer.headers if key.lower() == name.lower()), "")
