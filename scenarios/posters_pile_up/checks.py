"""What the autoscaler says of itself, what it has done, and by which rules it does it."""

from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import cores, gone, named_container, pod_spec_of
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef

AUTOSCALING = ("autoscaling/v2", "HorizontalPodAutoscaler")
FEWEST, MOST = 1, 4
ADDED = 3
"""Each copy takes all that it may, which is more than twice what is aimed at: four are wanted, three are evidence."""
PROMISED_CORES, LIMIT_CORES = 0.02, 0.05
WORKING = {"AbleToScale": "True", "ScalingActive": "True"}


@check("autoscaler-sees-the-load")
def autoscaler_sees_the_load(view: ScenarioView) -> Finding:
    """One autoscaler is in charge of the Deployment, can scale it, and has a measurement."""
    found = _autoscalers(view)
    if len(found) != 1:
        names = ", ".join(item["metadata"]["name"] for item in found) or "none"
        return failed(
            en=f"{len(found)} autoscalers are in charge of {_ref(view).name}.",
            es=f"{len(found)} autoescaladores están a cargo de {_ref(view).name}.",
            expected="one",
            actual=names,
        )
    complaint = _complaint(found[0])
    if complaint:
        return failed(
            en="The autoscaler does not know how busy the copies are.",
            es="El autoescalador no sabe cuán ocupadas están las copias.",
            expected=", ".join(WORKING),
            actual=complaint,
        )
    return passed(
        en="The autoscaler knows how busy the copies are.", es="El autoescalador sabe cuán ocupadas están las copias."
    )


@check("copies-added")
def copies_added(view: ScenarioView) -> Finding:
    """An autoscaler that works wants more copies, and has got them."""
    deployment = view.reader.get(_ref(view))
    if deployment is None:
        return gone(_ref(view))
    working = [item for item in _autoscalers(view) if not _complaint(item)]
    wanted = max((int((item.get("status") or {}).get("desiredReplicas") or 0) for item in working), default=0)
    ready = int((deployment.get("status") or {}).get("readyReplicas") or 0)
    make = passed if min(wanted, ready) >= ADDED else failed
    return make(
        en=f"The autoscaler wants {wanted} copies; {ready} are ready.",
        es=f"El autoescalador quiere {wanted} copias; hay {ready} listas.",
        expected=f"at least {ADDED} wanted by an autoscaler that works, and ready",
        actual=f"{wanted} wanted, {ready} ready",
    )


@check("bounds-kept")
def bounds_kept(view: ScenarioView) -> Finding:
    """From one copy to four, in both directions."""
    for item in _autoscalers(view):
        spec = item["spec"]
        bounds = int(spec.get("minReplicas", 1)), int(spec["maxReplicas"])
        down = ((spec.get("behavior") or {}).get("scaleDown") or {}).get("selectPolicy") != "Disabled"
        if bounds != (FEWEST, MOST) or not down:
            return failed(
                en=f"The autoscaler goes from {bounds[0]} to {bounds[1]} copies{'' if down else ', and never down'}.",
                es=f"El autoescalador va de {bounds[0]} a {bounds[1]} copias{'' if down else ', y nunca baja'}.",
                expected=f"{FEWEST} to {MOST}, in both directions",
                actual=f"{bounds[0]} to {bounds[1]}{'' if down else ', scaleDown Disabled'}",
            )
    return passed(en="The bounds are as they were.", es="Los límites son los de antes.")


@check("aim-kept")
def aim_kept(view: ScenarioView) -> Finding:
    """One metric, the share of the promised processor time; of the copy or of one container, whatever its name."""
    aim = int(view.parameters["aim"])
    for item in _autoscalers(view):
        metrics = item["spec"].get("metrics") or []
        aims = [_aim(metric) for metric in metrics]
        if aims != [aim]:
            return failed(
                en="The autoscaler aims at something else.",
                es="El autoescalador apunta a otra cosa.",
                expected=f"cpu, Utilization {aim}",
                actual=str(metrics)[:300],
            )
    return passed(en=f"The aim is {aim} %.", es=f"El objetivo es {aim} %.")


@check("promised-what-it-needs")
def promised_what_it_needs(view: ScenarioView) -> Finding:
    """The working container's request covers its need, and its limit is the one it had."""
    deployment = view.reader.get(_ref(view))
    if deployment is None:
        return gone(_ref(view))
    resources = named_container(pod_spec_of(deployment), str(view.parameters["drawer"])).get("resources") or {}
    limit = (resources.get("limits") or {}).get("cpu", "0")
    # A pod's request that is not said is its limit; a template's is not filled in.
    promised, limit = cores((resources.get("requests") or {}).get("cpu", limit)), cores(limit)
    make = passed if promised >= PROMISED_CORES and limit == LIMIT_CORES else failed
    return make(
        en=f"{promised:g} cores are promised, {limit:g} may be taken.",
        es=f"Se prometen {promised:g} núcleos, se pueden tomar {limit:g}.",
        expected=f"at least {PROMISED_CORES:g} promised, {LIMIT_CORES:g} may be taken",
        actual=f"{promised:g} promised, {limit:g} may be taken",
    )


def _autoscalers(view: ScenarioView) -> list[Manifest]:
    """Those that scale the Deployment, whatever they are called."""
    found = view.reader.list(*AUTOSCALING, namespace=view.namespace)
    return [item for item in found if _scales(item["spec"]["scaleTargetRef"], _ref(view))]


def _scales(target: Mapping[str, Any], ref: ObjectRef) -> bool:
    return (target.get("kind"), target.get("name")) == (ref.kind, ref.name)


def _complaint(autoscaler: Manifest) -> str:
    """Why it does not work, by its own status; empty when it does."""
    status = autoscaler.get("status") or {}
    conditions = {item["type"]: item for item in status.get("conditions") or []}
    for kind, wanted in WORKING.items():
        condition = conditions.get(kind)
        if condition is None or condition["status"] != wanted:
            return f"{kind}: {(condition or {}).get('reason', 'unknown')}"
    measured = [value for item in status.get("currentMetrics") or [] if (value := _current(item)) is not None]
    return "" if measured else "no measurement"


def _current(metric: Mapping[str, Any]) -> object:
    source = metric.get("resource") or metric.get("containerResource") or {}
    return (source.get("current") or {}).get("averageUtilization")


def _aim(metric: Mapping[str, Any]) -> int | None:
    source = metric.get("resource") or metric.get("containerResource") or {}
    return (source.get("target") or {}).get("averageUtilization") if source.get("name") == "cpu" else None


def _ref(view: ScenarioView) -> ObjectRef:
    return ObjectRef("apps/v1", "Deployment", str(view.parameters["app"]), view.namespace)
