"""Whether the operator looks after the site, and what else it may do."""

from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import account_may, gone
from labs.core.probes import ObjectRef

NEEDLESS = (
    ("get", "secrets", ""),
    ("list", "secrets", ""),
    ("create", "pods", ""),
    ("delete", "pods", ""),
    ("delete", "deployments", "apps"),
    ("delete", "services", ""),
    ("patch", "roles", "rbac.authorization.k8s.io"),
    ("create", "rolebindings", "rbac.authorization.k8s.io"),
)
"""Verb, resource, group: what no operator that writes Deployments and Services for Sites has a need of."""


@check("site-is-looked-after")
def site_is_looked_after(view: ScenarioView) -> Finding:
    """The children belong to the order, and its status is of its present generation."""
    namespace, name = str(view.parameters["ns"]), str(view.parameters["site"])
    order_ref = ObjectRef(f"{namespace}.example/v1", "Site", name, namespace)
    order = view.reader.get(order_ref)
    if order is None:
        return gone(order_ref)
    for ref in (ObjectRef("apps/v1", "Deployment", name, namespace), ObjectRef("v1", "Service", name, namespace)):
        child = view.reader.get(ref)
        if child is None:
            return gone(ref)
        owners = [owner["uid"] for owner in child["metadata"].get("ownerReferences") or []]
        if order["metadata"]["uid"] not in owners or not _is_written_by(child, str(view.parameters["op"])):
            return _failed(f"{ref} is not the operator's work.", "managed by the operator", f"owners {owners}")
    status: Mapping[str, Any] = order.get("status") or {}
    wanted = (order["metadata"]["generation"], order["spec"].get("replicas", 1))
    told = (status.get("observedGeneration"), status.get("readyReplicas"))
    if told != wanted:
        return _failed("The order's status does not tell how the site is.", f"generation, ready: {wanted}", str(told))
    return passed(en="The operator looks after the site.", es="El operador cuida el sitio.")


@check("operator-stays-modest")
def operator_stays_modest(view: ScenarioView) -> Finding:
    """Nothing needless in the site's namespace, nothing at all elsewhere, for whoever the operator runs as."""
    namespace, operator = str(view.parameters["ns"]), str(view.parameters["op"])
    ref = ObjectRef("apps/v1", "Deployment", operator, f"{namespace}-ops")
    deployment = view.reader.get(ref)
    if deployment is None:
        return gone(ref)
    account = (ref.namespace, str(deployment["spec"]["template"]["spec"].get("serviceAccountName") or "default"))
    for verb, resource, group in NEEDLESS:
        if account_may(view, account, verb, resource, namespace=namespace, api_group=group):
            return _modest(f"{verb} {resource} in {namespace}")
    for verb, resource, group in (("list", "deployments", "apps"), ("get", "secrets", ""), ("list", "pods", "")):
        if account_may(view, account, verb, resource, namespace="kube-system", api_group=group):
            return _modest(f"{verb} {resource} in kube-system")
    return passed(en="The operator may do no more than it needs.", es="El operador no puede más de lo que necesita.")


def _is_written_by(manifest: Mapping[str, Any], manager: str) -> bool:
    return any(entry.get("manager") == manager for entry in manifest["metadata"].get("managedFields") or [])


def _modest(actual: str) -> Finding:
    return failed(
        en="The operator may do what it has no need of.",
        es="El operador puede hacer lo que no necesita.",
        expected="not allowed",
        actual=f"allowed: {actual}",
    )


def _failed(en: str, expected: str, actual: str) -> Finding:
    return failed(
        en=en, es="El sitio no es obra del operador, o el pedido no dice cómo está.", expected=expected, actual=actual
    )
