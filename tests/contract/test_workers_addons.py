"""What a cluster has beside its components is there for each of its nodes: volumes, measurements, orderly drains."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.core.ports import Limits
from provisioner.labnode.nodes import cell_of
from tests.contract.clusters import BUSYBOX, Cluster, until
from tests.contract.labs import lab

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    home = tmp_path_factory.mktemp("workers")
    with lab(home, limits=Limits(memory_mib=1200, disk_mib=1024), nodes=2) as target:
        kubeconfig = home / "kubeconfig"
        kubeconfig.write_text(target.handle.admin)
        yield Cluster(target, kubeconfig)


def test_a_volume_is_on_the_disk_of_its_pods_node_and_goes_with_it(cluster: Cluster) -> None:
    cluster.apply(f"""
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {{name: data}}
        spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {{name: far}}
        spec:
          nodeSelector: {{kubernetes.io/hostname: node2}}
          terminationGracePeriodSeconds: 0
          containers:
          - {{name: main, image: {BUSYBOX}, command: [sleep, "1000"], volumeMounts: [{{name: data, mountPath: /data}}]}}
          volumes: [{{name: data, persistentVolumeClaim: {{claimName: data}}}}]
    """)
    cluster.wait("pod/far", "condition=Ready")
    cluster.run("exec", "far", "--", "touch", "/data/file")
    volume = cluster.get("pv", cluster.get("pvc", "data")["spec"]["volumeName"])
    assert "node2" in str(volume["spec"]["nodeAffinity"])
    pid = cluster.target.engine._cells().pid(cell_of(cluster.target.spec.lab, 2))
    place = Path(f"/proc/{pid}/root{volume['spec']['local']['path']}")
    assert (place / "file").exists()
    cluster.run("delete", "pod/far", "pvc/data")
    until(lambda: not place.exists())


def test_top_knows_all_nodes(cluster: Cluster) -> None:
    def measured() -> list[str]:
        lines = cluster.run("top", "nodes", "--no-headers", check=False).stdout.splitlines()
        return [line.split()[0] for line in lines if "<unknown>" not in line]

    until(lambda: measured() == ["node1", "node2"])


def test_a_drain_heeds_budgets_and_the_grader_foresees_it(cluster: Cluster) -> None:
    """Two copies, one on each node, of which a budget lets none go: until it does."""
    cluster.apply(f"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: pair}}
        spec:
          replicas: 2
          selector: {{matchLabels: {{app: pair}}}}
          template:
            metadata: {{labels: {{app: pair}}}}
            spec:
              terminationGracePeriodSeconds: 0
              topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: kubernetes.io/hostname
                whenUnsatisfiable: ScheduleAnyway
                labelSelector: {{matchLabels: {{app: pair}}}}
              containers: [{{name: main, image: {BUSYBOX}, command: [sleep, "1000"]}}]
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {{name: pair}}
        spec: {{minAvailable: 2, selector: {{matchLabels: {{app: pair}}}}}}
    """)
    cluster.run("rollout", "status", "deployment/pair", "--timeout=60s")
    until(lambda: cluster.get("pdb", "pair")["status"]["currentHealthy"] == 2)
    reader = cluster.target.sandbox.reader
    copies = {
        pod["spec"]["nodeName"]: pod["metadata"]["name"] for pod in cluster.get("pods", "-l", "app=pair")["items"]
    }
    assert set(copies) == {"node1", "node2"}
    refused = reader.would_evict("default", copies["node2"])
    assert (refused.is_let_in, "disruption budget" in refused.message) == (False, True), refused
    assert "disruption budget" in cluster.refuses("drain", "node2", "--ignore-daemonsets", "--timeout=6s")

    cluster.run("patch", "pdb", "pair", "--patch", '{"spec": {"minAvailable": 1}}')
    until(lambda: reader.would_evict("default", copies["node2"]).is_let_in)
    assert cluster.get("pod", copies["node2"])["status"]["phase"] == "Running", "a question moves nothing"
    assert "node2 drained" in cluster.says("drain", "node2", "--ignore-daemonsets", "--timeout=60s")
    cluster.run("rollout", "status", "deployment/pair", "--timeout=60s")
    assert {pod["spec"]["nodeName"] for pod in cluster.get("pods", "-l", "app=pair")["items"]} == {"node1"}

    cluster.apply("""
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: again}
        spec: {minAvailable: 1, selector: {matchLabels: {app: pair}}}
    """)
    until(lambda: not reader.would_evict("default", copies["node1"]).is_let_in)  # one too many is said to be an error
    cluster.run("uncordon", "node2")
    cluster.run("delete", "deployment/pair", "pdb/pair", "pdb/again")
