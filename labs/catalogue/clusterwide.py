"""What a scenario has, and lets a candidate do, outside its namespaces: where scenarios of one sandbox could collide.

A candidate of a shared sandbox reads what lives in no namespace, and changes only objects that the scenario's own
manifests make, each by its name. Whoever may escalate is the sandbox's administrator, and so the grader's equal: a
scenario that cannot do without has a sandbox of its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from labs.catalogue.problems import Problem
from labs.catalogue.scenario import Scenario
from labs.catalogue.variant import Variant, object_ref
from labs.core.ports import Manifest

CLUSTER_KINDS: Mapping[str, str] = {
    "APIService": "apiservices",
    "ClusterRole": "clusterroles",
    "ClusterRoleBinding": "clusterrolebindings",
    "CustomResourceDefinition": "customresourcedefinitions",
    "GatewayClass": "gatewayclasses",
    "IngressClass": "ingressclasses",
    "MutatingAdmissionPolicy": "mutatingadmissionpolicies",
    "MutatingAdmissionPolicyBinding": "mutatingadmissionpolicybindings",
    "MutatingWebhookConfiguration": "mutatingwebhookconfigurations",
    "Namespace": "namespaces",
    "PersistentVolume": "persistentvolumes",
    "PriorityClass": "priorityclasses",
    "RuntimeClass": "runtimeclasses",
    "StorageClass": "storageclasses",
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings",
    "ValidatingWebhookConfiguration": "validatingwebhookconfigurations",
}
"""Kinds of Kubernetes that live in no namespace → their resource."""
READING = frozenset({"get", "list", "watch"})
CHANGING = frozenset({"get", "update", "patch", "delete"})
"""Verbs that a name can restrict; `create` cannot be: https://kubernetes.io/docs/reference/access-authn-authz/rbac/"""
ESCALATING = frozenset({"escalate", "bind", "impersonate", "approve", "sign"})
POWERFUL = frozenset({"secrets", "serviceaccounts/token", "nodes/proxy", "pods/exec", "pods/attach", "pods/portforward",
                      "pods/proxy", "services/proxy"})  # fmt: skip
"""Of any namespace, each is a way to somebody else's credentials."""
REWRITING = frozenset({"apiservices", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
                       "mutatingwebhookconfigurations"})  # fmt: skip
"""Whoever writes one of these changes any object of anybody; no policy can judge such a change."""
RESERVED = ("system:", "system-", "kube-", "taller")
BUILT_IN = frozenset({"admin", "cluster-admin", "edit", "view", "candidate", "default", "local"})
"""Names that the sandbox itself uses, or may."""


def cluster_problems(scenario: Scenario, variant: Variant) -> Iterator[Problem]:
    """Everything that would let two scenarios collide, or a candidate rise above their scenario."""
    yield from _objects(scenario, variant)
    if not scenario.shares_sandbox:
        return
    yield from _floor(scenario, variant)
    made = {_resource(manifest): set[str]() for manifest in variant.healthy}
    for manifest in variant.healthy:
        made[_resource(manifest)].add(manifest["metadata"]["name"])
    for index, access in enumerate(variant.candidate_rules):
        for number, rule in enumerate(access.rules):
            for message in _rule_problems(rule, made, is_cluster_wide=not access.namespace):
                yield scenario.problem("candidate", index, "rules", number, message=message)


def _objects(scenario: Scenario, variant: Variant) -> Iterator[Problem]:
    own_kinds = {name for name, scope in _own_kinds(variant).items() if scope == "Cluster"}
    for manifest in variant.healthy:
        name = manifest["metadata"]["name"]
        if manifest["metadata"].get("namespace"):
            continue
        if manifest["kind"] not in CLUSTER_KINDS and manifest["kind"] not in own_kinds:
            message = f"{object_ref(manifest)} names no namespace, and its kind is not known to live in none"
            yield Problem(scenario.folder / "manifests", 0, message)
        if name in BUILT_IN or name.startswith(RESERVED):
            message = f"{object_ref(manifest)}: the name is the sandbox's own; make it one of the scenario"
            yield Problem(scenario.folder / "manifests", 0, message)


def _floor(scenario: Scenario, variant: Variant) -> Iterator[Problem]:
    """Whoever changes a namespace's labels may make any pod in it, unless a policy keeps a floor under them."""
    judged = {
        resource
        for manifest in variant.healthy
        if manifest["kind"] == "ValidatingAdmissionPolicy"
        for rule in manifest["spec"]["matchConstraints"]["resourceRules"]
        for resource in rule["resources"]
    }
    for index, access in enumerate(variant.candidate_rules):
        for number, rule in enumerate(access.rules):
            if "namespaces" in rule["resources"] and not set(rule["verbs"]) <= READING and "namespaces" not in judged:
                message = (
                    "the candidate may change Pod Security's labels: a ValidatingAdmissionPolicy must judge namespaces"
                )
                yield scenario.problem("candidate", index, "rules", number, message=message)


def _rule_problems(rule: Mapping[str, Any], made: Mapping[str, set[str]], *, is_cluster_wide: bool) -> Iterator[str]:
    verbs, resources, names = set(rule["verbs"]), set(rule["resources"]), set(rule.get("resourceNames", ()))
    if rising := sorted(verbs & ESCALATING):
        yield f"{', '.join(rising)} lets a candidate rise above what they are given: not in a shared sandbox"
    if not is_cluster_wide:
        return
    if powerful := sorted(resources & POWERFUL):
        yield f"{', '.join(powerful)} of all namespaces: not in a shared sandbox"
    if verbs <= READING:
        return
    if (rewriting := sorted(resources & REWRITING)) and verbs & {"update", "patch"}:
        yield f"whoever writes {', '.join(rewriting)} changes any object: not in a shared sandbox (delete may be)"
    if not names or not verbs <= CHANGING:
        yield "in a shared sandbox, what lives in no namespace is changed (update, patch, delete) by resourceNames only"
    for resource in sorted(resources):
        base = resource.partition("/")[0]
        if strangers := sorted(names - made.get(base, set())):
            yield f"no manifest makes the {base} {', '.join(strangers)}"


def _own_kinds(variant: Variant) -> Mapping[str, str]:
    """Kind → scope of the manifests' own CustomResourceDefinitions."""
    definitions = [m["spec"] for m in variant.healthy if m["kind"] == "CustomResourceDefinition"]
    return {spec["names"]["kind"]: spec["scope"] for spec in definitions}


def _resource(manifest: Manifest) -> str:
    """Lower-case plural; for other kinds than those above, Kubernetes' usual one is near enough."""
    kind: str = manifest["kind"]
    return CLUSTER_KINDS.get(kind, f"{kind.lower()}s")
