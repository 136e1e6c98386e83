"""Several scenarios are proven side by side in one cluster: none may take another's rights."""

from typing import TYPE_CHECKING, cast

from labs.core.ids import LabId, ScenarioId
from labs.lifecycle.benches import KubernetesBench
from provisioner.kubernetes.sandbox import KubernetesSandbox
from tests.unit.lifecycle.fakes import FakeClock, catalogue
from tests.unit.provisioner.kubernetes.fake_api import FakeApi, running

if TYPE_CHECKING:
    from labs.core.ports import Engine

CLUSTER_ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles/"


def test_each_scenario_has_a_candidate_of_its_own() -> None:
    variants = [catalogue()[ScenarioId(name)].draw("a") for name in ("payroll_policy_says_no", "tickets_understaffed")]
    with running(FakeApi()) as api:
        bench = KubernetesBench(
            LabId("proofs"), cast("Engine", None), KubernetesSandbox, FakeClock(), lambda _: None, admin=api.kubeconfig
        )
        for each in variants:
            bench.access(each)
        bench.cluster.close()
        roles = [role["rules"] for path, role in sorted(api.objects.items()) if path.startswith(CLUSTER_ROLES)]
        subjects = [each["subjects"] for each in api.objects.values() if each.get("kind") == "ClusterRoleBinding"]
    assert roles == [[*access.rules] for each in variants for access in each.candidate_rules if not access.namespace]
    assert len({subject["name"] for each in subjects for subject in each}) == len(variants)
