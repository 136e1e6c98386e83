"""Whether copies may be moved, and how many stay whoever asks, as the cluster itself answers."""

from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import gone, is_ready, living_pods
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef

STAY = {"app": 2, "neighbour": 1}
FEWEST = {"app": 3, "neighbour": 2}
MOST = 4


@check("copies-may-move")
def copies_may_move(view: ScenarioView) -> Finding:
    """Each copy may be evicted now."""
    return _may_move(view, "app")


@check("neighbours-copies-may-move")
def neighbours_copies_may_move(view: ScenarioView) -> Finding:
    """Each copy may be evicted now."""
    return _may_move(view, "neighbour")


@check("enough-always-stay")
def enough_always_stay(view: ScenarioView) -> Finding:
    """By the disruption controller's own sums, a budget keeps enough copies of each workload."""
    deployments = view.reader.list("apps/v1", "Deployment", namespace=view.namespace)
    budgets = view.reader.list("policy/v1", "PodDisruptionBudget", namespace=view.namespace)
    for key, least in STAY.items():
        ref = _ref(view, key)
        own = [item for item in deployments if item["metadata"]["name"] == ref.name]
        if not own:
            return gone(ref)
        others = [item for item in deployments if item["metadata"]["name"] != ref.name]
        stay = max((_kept(budget, own[0], others) for budget in budgets), default=0)
        if stay < least:
            return failed(
                en=f"{stay} copies of {ref.name} are sure to stay.",
                es=f"Es seguro que quedan {stay} copias de {ref.name}.",
                expected=f"at least {least}",
                actual=str(stay),
            )
    return passed(en="Enough copies stay.", es="Quedan suficientes copias.")


@check("copies-paid-for")
def copies_paid_for(view: ScenarioView) -> Finding:
    """Each workload wants as many copies as before, or a few more, and has them."""
    for key, fewest in FEWEST.items():
        deployment = view.reader.get(_ref(view, key))
        if deployment is None:
            return gone(_ref(view, key))
        wanted, ready = _wanted(deployment), int((deployment.get("status") or {}).get("readyReplicas") or 0)
        if not fewest <= wanted <= MOST or ready < fewest:
            name = _ref(view, key).name
            return failed(
                en=f"{wanted} copies of {name} are wanted, {ready} are ready.",
                es=f"Se quieren {wanted} copias de {name}, hay {ready} listas.",
                expected=f"{fewest} to {MOST}, at least {fewest} ready",
                actual=f"{wanted} wanted, {ready} ready",
            )
    return passed(en="The copies are paid for.", es="Las copias están pagadas.")


def _may_move(view: ScenarioView, key: str) -> Finding:
    """Every ready copy may go, each by itself."""
    name = _ref(view, key).name
    pods = [pod for pod in living_pods(view, view.namespace, {"app": name}) if is_ready(pod)]
    for pod in pods:
        answer = view.reader.would_evict(view.namespace, pod["metadata"]["name"])
        if not answer.is_let_in:
            return failed(
                en=f"{pod['metadata']['name']} may not go.",
                es=f"{pod['metadata']['name']} no puede irse.",
                expected="each copy may be evicted",
                actual=answer.message[:300],
            )
    if len(pods) < FEWEST[key]:
        return failed(
            en=f"{len(pods)} copies of {name} are ready.",
            es=f"Hay {len(pods)} copias de {name} listas.",
            expected=f"at least {FEWEST[key]}",
            actual=str(len(pods)),
        )
    return passed(en=f"Each copy of {name} may go.", es=f"Cada copia de {name} puede irse.")


def _kept(budget: Manifest, own: Manifest, others: list[Manifest]) -> int:
    """How many copies of its own a budget keeps at the worst, when all that may go are of this workload.

    A budget says how many stay of all that it covers: those of other workloads may be the ones that do.
    """
    status = budget.get("status") or {}
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 0) or not _covers(budget, own):
        return 0
    foreign = sum(_wanted(item) for item in others if _covers(budget, item))
    return int(status.get("desiredHealthy") or 0) - foreign


def _covers(budget: Manifest, deployment: Manifest) -> bool:
    """Whether a budget's selector matches what the Deployment makes. An empty one matches all, none matches nothing."""
    labels = deployment["spec"]["template"]["metadata"].get("labels") or {}
    selector = budget["spec"].get("selector")
    if selector is None:
        return False
    return all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items()) and all(
        _meets(labels, expression) for expression in selector.get("matchExpressions") or []
    )


def _meets(labels: Mapping[str, Any], expression: Mapping[str, Any]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values") or []
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }[expression["operator"]]


def _wanted(deployment: Manifest) -> int:
    return int(deployment["spec"].get("replicas", 1))


def _ref(view: ScenarioView, key: str) -> ObjectRef:
    return ObjectRef("apps/v1", "Deployment", str(view.parameters[key]), view.namespace)
