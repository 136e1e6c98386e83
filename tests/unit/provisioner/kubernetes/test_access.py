from collections.abc import Iterator

import pytest

from provisioner.kubernetes.access import NAMESPACE, Grant, give, manifests, revoke
from provisioner.kubernetes.credentials import credentials
from provisioner.kubernetes.sandbox import KubernetesSandbox
from tests.unit.provisioner.kubernetes.fake_api import FakeApi

READ = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
WRITE = {"apiGroups": [""], "resources": ["services"], "verbs": ["patch"]}


@pytest.fixture
def sandbox(api: FakeApi) -> Iterator[KubernetesSandbox]:
    sandbox = KubernetesSandbox(api.kubeconfig)
    yield sandbox
    sandbox.close()


def test_rights_are_namespaced_and_merged() -> None:
    objects = manifests([Grant("a", [READ]), Grant("b", [READ]), Grant("a", [WRITE])])
    roles = {m["metadata"]["namespace"]: m["rules"] for m in objects if m["kind"] == "Role"}
    assert roles == {"a": [READ, WRITE], "b": [READ]}
    assert not any(m["kind"].startswith("Cluster") for m in objects)


def test_rights_in_the_whole_cluster_have_a_role_of_its_own(api: FakeApi, sandbox: KubernetesSandbox) -> None:
    objects = manifests([Grant("", [READ]), Grant("a", [WRITE]), Grant("", [WRITE])])
    (role,) = [m for m in objects if m["kind"] == "ClusterRole"]
    (binding,) = [m for m in objects if m["kind"] == "ClusterRoleBinding"]
    assert role["rules"] == [READ, WRITE]
    assert "namespace" not in {**role["metadata"], **binding["metadata"]}
    assert binding["roleRef"]["kind"] == "ClusterRole"
    text = give(sandbox, [Grant("", [READ]), Grant("a", [WRITE])], ttl_seconds=60)
    assert "namespace: a" in text
    revoke(sandbox)
    assert not [key for key in api.objects if "clusterrolebindings" in key]


def test_the_token_lives_as_long_as_the_lab(api: FakeApi, sandbox: KubernetesSandbox) -> None:
    text = give(sandbox, [Grant("a", [READ])], ttl_seconds=7200)
    assert credentials(text).token == "candidate-token"  # noqa: S105
    (request,) = [body for verb, path, _, body in api.requests if verb == "POST" and path.endswith("/token")]
    assert request["spec"] == {"expirationSeconds": 7200}


def test_revoking_takes_every_binding_of_the_candidate_and_no_other(api: FakeApi, sandbox: KubernetesSandbox) -> None:
    give(sandbox, [Grant("a", [READ])], ttl_seconds=60)
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    subject = {"kind": "ServiceAccount", "name": "candidate", "namespace": NAMESPACE}
    api.objects[f"{rbac}/namespaces/b/rolebindings/own"] = {
        "metadata": {"name": "own", "namespace": "b"},
        "subjects": [subject],
    }
    api.objects[f"{rbac}/namespaces/b/rolebindings/other"] = {
        "metadata": {"name": "other", "namespace": "b"},
        "subjects": [{"kind": "User", "name": "somebody"}],
    }
    revoke(sandbox)
    revoke(sandbox)
    left = [key for key in api.objects if "bindings" in key or "serviceaccounts" in key]
    assert left == [f"{rbac}/namespaces/b/rolebindings/other"]
