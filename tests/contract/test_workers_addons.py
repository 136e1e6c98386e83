"""What a cluster has beside its components is there for each of its nodes: volumes on their disks, their use."""

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
