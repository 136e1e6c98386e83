"""Whether the channel went as channels should go, and whether the next one will."""

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import account_may, gone
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef

NEEDED = (("list", "channels"), ("patch", "channels"), ("patch", "channels/status"))
NEEDLESS = (
    ("get", "secrets", ""),
    ("list", "secrets", ""),
    ("create", "pods", ""),
    ("delete", "pods", ""),
    ("delete", "deployments", "apps"),
    ("patch", "roles", "rbac.authorization.k8s.io"),
    ("create", "rolebindings", "rbac.authorization.k8s.io"),
)
"""Verb, resource, group: what this operator has no need of."""


@check("channel-is-gone")
def channel_is_gone(view: ScenarioView) -> Finding:
    """Neither the channel nor its Deployment is there."""
    namespace, name = str(view.parameters["ns"]), str(view.parameters["old"])
    for ref in (
        ObjectRef(f"{namespace}.example/v1", "Channel", name, namespace),
        ObjectRef("apps/v1", "Deployment", name, namespace),
    ):
        if view.reader.get(ref) is not None:
            return failed(
                en=f"{ref} is still there.", es=f"{ref} sigue ahí.", expected="not found", actual="still there"
            )
    return passed(en="The channel is gone.", es="El canal ya no está.")


@check("next-one-will-go")
def next_one_will_go(view: ScenarioView) -> Finding:
    """The operator runs, and whoever it runs as may take its mark from a channel."""
    deployment = _operator(view)
    if deployment is None:
        return gone(_operator_ref(view))
    ready = int((deployment.get("status") or {}).get("readyReplicas", 0))
    if not ready:
        return _will_not("a running operator", f"{ready} copies are ready")
    namespace, account = str(view.parameters["ns"]), _account(view, deployment)
    for verb, resource in NEEDED:
        if not account_may(view, account, verb, resource, namespace=namespace, api_group=f"{namespace}.example"):
            return _will_not(f"{account[1]} may {verb} {resource}", "not allowed")
    return passed(en="The next channel will go by itself.", es="El próximo canal se irá solo.")


@check("operator-stays-modest")
def operator_stays_modest(view: ScenarioView) -> Finding:
    """Nothing needless, for whoever the operator runs as."""
    deployment = _operator(view)
    if deployment is None:
        return gone(_operator_ref(view))
    account, namespace = _account(view, deployment), str(view.parameters["ns"])
    for verb, resource, group in NEEDLESS:
        if account_may(view, account, verb, resource, namespace=namespace, api_group=group):
            return failed(
                en="The operator may do what it has no need of.",
                es="El operador puede hacer lo que no necesita.",
                expected="not allowed",
                actual=f"allowed: {verb} {resource}",
            )
    return passed(en="The operator may do no more than it needs.", es="El operador no puede más de lo que necesita.")


def _operator_ref(view: ScenarioView) -> ObjectRef:
    return ObjectRef("apps/v1", "Deployment", str(view.parameters["op"]), f"{view.parameters['ns']}-ops")


def _operator(view: ScenarioView) -> Manifest | None:
    return view.reader.get(_operator_ref(view))


def _account(view: ScenarioView, deployment: Manifest) -> tuple[str, str]:
    """Namespace and name of the operator's service account."""
    name = deployment["spec"]["template"]["spec"].get("serviceAccountName") or "default"
    return f"{view.parameters['ns']}-ops", str(name)


def _will_not(expected: str, actual: str) -> Finding:
    return failed(
        en="The operator cannot see a channel off: the next one will stay as well.",
        es="El operador no puede despedir a un canal: el próximo también se quedará.",
        expected=expected,
        actual=actual,
    )
