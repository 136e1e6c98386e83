"""The candidate's access: what the scenarios allow in their namespaces and beyond, nothing else, and an end to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labs.core.ports import Manifest
from labs.core.probes import ObjectRef
from provisioner.kubernetes.credentials import candidate_kubeconfig
from provisioner.kubernetes.errors import RejectedError
from provisioner.kubernetes.sandbox import KubernetesSandbox

NAMESPACE = "taller-access"
USER = "candidate"
_RBAC = "rbac.authorization.k8s.io/v1"
_TOKEN_MIN_SECONDS = 600
"""The API server gives no shorter tokens."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the candidate may do in one namespace: RBAC policy rules as plain data."""

    namespace: str
    """Empty: in the whole cluster."""
    rules: Sequence[Mapping[str, Any]]


def manifests(grants: Sequence[Grant], user: str = USER) -> Sequence[Manifest]:
    """Return the objects that make the candidate somebody with exactly those rights."""
    merged: dict[str, list[Mapping[str, Any]]] = {}
    for grant in grants:
        merged.setdefault(grant.namespace, []).extend(grant.rules)
    account: list[Manifest] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": user, "namespace": NAMESPACE}},
    ]
    return [*account, *(m for namespace, rules in merged.items() for m in _role(user, namespace, rules))]


def give(sandbox: KubernetesSandbox, grants: Sequence[Grant], *, ttl_seconds: float, user: str = USER) -> str:
    """Return a kubeconfig (text, a secret) with those rights, for the lab's life. Idempotent; each call a new token.

    Rights that the user had before, in the same places, are replaced: who works side by side needs users of their own.
    """
    sandbox.writer.apply(manifests(grants, user), field_manager="taller")
    path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{user}/token"
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": max(_TOKEN_MIN_SECONDS, int(ttl_seconds))},
    }
    answer = sandbox.transport.call("POST", path, body=request)
    if not answer.is_ok:
        raise RejectedError(
            f"No token for the candidate: {answer.message}", status=answer.status, reason=answer.reason, path=path
        )
    home = next((grant.namespace for grant in grants if grant.namespace), "default")
    return candidate_kubeconfig(sandbox.credentials, token=answer.body["status"]["token"], namespace=home)


def revoke(sandbox: KubernetesSandbox) -> None:
    """The candidate may do nothing at once, and is nobody within the 10 s that the API server remembers a token.

    Found by the bindings in the cluster, not by what was granted: a candidate's own extra bindings go too. Idempotent.
    """
    bindings = sandbox.reader.list(_RBAC, "RoleBinding")
    cluster_bindings = sandbox.reader.list(_RBAC, "ClusterRoleBinding")
    refs = [
        ObjectRef(_RBAC, binding["kind"], binding["metadata"]["name"], binding["metadata"].get("namespace", ""))
        for binding in [*bindings, *cluster_bindings]
        if any(_is_candidate(subject) for subject in binding.get("subjects") or [])
    ]
    sandbox.writer.delete([*refs, ObjectRef("v1", "ServiceAccount", USER, NAMESPACE)])


def _is_candidate(subject: Mapping[str, Any]) -> bool:
    return subject.get("kind") == "ServiceAccount" and subject.get("namespace") == NAMESPACE


def _role(user: str, namespace: str, rules: Sequence[Mapping[str, Any]]) -> Sequence[Manifest]:
    """A role and its binding, in the namespace or in the cluster."""
    scope, place = ("", {"name": user, "namespace": namespace}) if namespace else ("Cluster", {"name": user})
    subject = {"kind": "ServiceAccount", "name": user, "namespace": NAMESPACE}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": f"{scope}Role", "name": user}
    return [
        {"apiVersion": _RBAC, "kind": f"{scope}Role", "metadata": place, "rules": [dict(rule) for rule in rules]},
        {
            "apiVersion": _RBAC,
            "kind": f"{scope}RoleBinding",
            "metadata": place,
            "roleRef": reference,
            "subjects": [subject],
        },
    ]
