"""Labs with more than one node: one cluster to those inside, apart from everybody else, and gone in one go."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labs.core.errors import NotFoundError
from labs.core.ids import new_lab_id
from labs.core.ports import Limits
from labs.core.probes import ExecRequest
from labs.core.settings import Settings
from provisioner.labnode.engine import LabnodeEngine
from provisioner.labnode.nodes import cell_of
from tests.contract.clusters import until
from tests.contract.labs import Target, build_attack, lab, leftovers
from tests.contract.measuring import dial, host_addresses
from tests.contract.outside import Listener

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

LIMITS = Limits(memory_mib=1200, disk_mib=1024)
NODES = ("node1", "node2", "node3")
WEB: dict[str, Any] = {"app": "web"}
GRACE_SECONDS = 20.0
"""nodeGrace of labnode."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with lab(tmp_path_factory.mktemp("nodes"), limits=LIMITS, nodes=3) as target:
        yield target


@pytest.fixture(scope="module")
def web(cluster: Target) -> dict[str, dict[str, Any]]:
    """A Service over a pod on each node, which answers its node's name; the pods by their nodes."""
    container = {
        "name": "web",
        "image": "lab.local/busybox:1",
        "command": ["sh", "-c", "mkdir /www; echo $NODE > /www/index.html; exec httpd -f -vv -p 8080 -h /www"],
        "env": [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
    }
    template = {"metadata": {"labels": WEB}, "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]}}
    place = {"name": "web", "namespace": "default"}
    cluster.sandbox.writer.apply(
        [
            {
                "apiVersion": "apps/v1",
                "kind": "DaemonSet",
                "metadata": place,
                "spec": {"selector": {"matchLabels": WEB}, "template": template},
            },
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": place,
                "spec": {"selector": WEB, "ports": [{"port": 80, "targetPort": 8080}]},
            },
        ],
        field_manager="test",
    )
    until(lambda: len(running(cluster, "app=web")) == len(NODES), seconds=30)
    return {pod["spec"]["nodeName"]: pod for pod in running(cluster, "app=web")}


def running(target: Target, labels: str) -> list[Any]:
    pods = target.sandbox.reader.list("v1", "Pod", namespace="default", labels=labels)
    return [pod for pod in pods if is_ready(pod) and "deletionTimestamp" not in pod["metadata"]]


def is_ready(thing: Any) -> bool:
    conditions = thing.get("status", {}).get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def ready_nodes(target: Target) -> set[str]:
    return {node["metadata"]["name"] for node in target.sandbox.reader.list("v1", "Node") if is_ready(node)}


def ask(target: Target, pod: Any, url: str) -> str:
    name = pod["metadata"]["name"]
    return target.sandbox.execute(ExecRequest("default", name, ("http", url))).stdout


def test_all_nodes_are_ready_at_the_hand_over(cluster: Target) -> None:
    nodes = {node["metadata"]["name"]: node for node in cluster.sandbox.reader.list("v1", "Node")}
    assert tuple(sorted(nodes)) == NODES
    assert ready_nodes(cluster) == set(NODES)
    ranges = {node["spec"]["podCIDR"] for node in nodes.values()}
    addresses = {node["status"]["addresses"][0]["address"] for node in nodes.values()}
    assert ranges == {"10.42.0.0/24", "10.42.1.0/24", "10.42.2.0/24"}
    assert len(addresses) == len(NODES)


def test_a_worker_has_no_key_of_the_cluster(cluster: Target) -> None:
    key = Path(f"/proc/{cluster.pid}/root/etc/kubernetes/pki/ca.key").read_text().splitlines()[1]
    for number in (2, 3):
        root = Path(f"/proc/{replace(cluster, number=number).pid}/root")
        assert sorted(path.name for path in (root / "etc/kubernetes/pki").iterdir()) == [
            "ca.crt",
            "kubelet.crt",
            "kubelet.key",
        ]
        assert not (root / "var/lib/etcd").exists()
        etc = [path.read_text(errors="replace") for path in (root / "etc").rglob("*") if path.is_file()]
        assert any("PRIVATE KEY" in text for text in etc), "its own keys are seen"
        assert not any(key in text for text in etc)


def test_pods_of_all_nodes_reach_each_other(cluster: Target, web: dict[str, Any]) -> None:
    for client, server in itertools.product(NODES, NODES):
        address = web[server]["status"]["podIP"]
        assert server in ask(cluster, web[client], f"http://{address}:8080/"), (client, server)


def test_pods_see_each_other_under_their_own_addresses(cluster: Target, web: dict[str, Any]) -> None:
    client, server = web["node2"], web["node3"]
    ask(cluster, client, f"http://{server['status']['podIP']}:8080/")
    assert f"{client['status']['podIP']}]" in cluster.sandbox.reader.logs("default", server["metadata"]["name"])


def test_services_and_names_work_on_all_nodes(cluster: Target, web: dict[str, Any]) -> None:
    for client in NODES:
        seen = {
            node
            for _ in range(30)
            for node in NODES
            if node in ask(cluster, web[client], "http://web.default.svc.cluster.local/")
        }
        assert seen == set(NODES), client


def test_the_candidates_shell_reaches_all_nodes(cluster: Target, web: dict[str, Any]) -> None:
    places = " ".join(web[node]["status"]["podIP"] for node in NODES)
    seen = cluster.shell(f"for place in {places}; do curl -s --max-time 3 http://$place:8080/; done")
    assert seen.stdout.split() == list(NODES)


def test_a_drain_moves_pods(cluster: Target) -> None:
    seen = cluster.shell(
        "kubectl -n default create deployment moved --image=lab.local/busybox:1 --replicas=6 -- sleep 10000\n"
        "kubectl -n default rollout status deployment moved --timeout=60s\n"
        "kubectl -n default get pods -l app=moved -o custom-columns=N:.spec.nodeName --no-headers | sort -u | xargs\n"
        "kubectl drain node2 --ignore-daemonsets --grace-period=1 --timeout=60s\n"
        "kubectl -n default rollout status deployment moved --timeout=60s"
    ).stdout
    assert "node1 node2 node3\n" in seen, seen
    assert "node/node2 drained" in seen, seen
    assert {pod["spec"]["nodeName"] for pod in running(cluster, "app=moved")} == {"node1", "node3"}
    assert "uncordoned" in cluster.shell("kubectl uncordon node2; kubectl -n default delete deployment moved").stdout


def test_a_worker_reaches_neither_host_nor_outside(cluster: Target, tmp_path_factory: pytest.TempPathFactory) -> None:
    worker = replace(cluster, number=3)
    worker.let_attacker_in(build_attack(tmp_path_factory.mktemp("attack")))
    listener = Listener()
    try:
        own, first = f"{worker.slot.address}:10250", f"{cluster.slot.address}:6443"
        host = [f"{address}:{listener.port}" for address in (worker.gateway, cluster.gateway, *host_addresses())]
        for prepare in ("true", f"ip route replace default via {worker.gateway} dev eth0", *through_the_first(cluster)):
            assert worker.attack(prepare).exit_code == 0
            seen = dial(worker, own, first, *host)
            assert seen.pop(own) == seen.pop(first) == "connected", "the attack program works"
            assert not [place for place, became in seen.items() if became == "connected"], prepare
    finally:
        listener.close()
    assert listener.connections == []


def through_the_first(cluster: Target) -> list[str]:
    """By way of the first node, which forwards."""
    return [f"ip route replace default via {cluster.slot.address} dev node1"]


def test_a_lost_node_is_noticed_and_comes_back(cluster: Target) -> None:
    cluster.engine.set_running(cluster.spec.lab, "node2", running=False)
    begun = time.monotonic()
    until(lambda: ready_nodes(cluster) == {"node1", "node3"}, seconds=GRACE_SECONDS + 15)
    assert time.monotonic() - begun > 5, "a heartbeat was still good"
    assert cluster.engine.is_alive(cluster.spec.lab)
    cluster.engine.set_running(cluster.spec.lab, "node2", running=True)
    until(lambda: ready_nodes(cluster) == set(NODES), seconds=20)
    with pytest.raises(NotFoundError):
        cluster.engine.set_running(cluster.spec.lab, "node4", running=False)


def test_a_dead_worker_is_noticed(cluster: Target) -> None:
    """The last test of this cluster, which is removed with a dead and a frozen worker."""
    os.kill(replace(cluster, number=3).pid, signal.SIGKILL)
    until(lambda: not cluster.engine.is_alive(cluster.spec.lab), seconds=5)
    until(lambda: ready_nodes(cluster) == {"node1", "node2"}, seconds=GRACE_SECONDS + 15)
    cluster.engine.set_running(cluster.spec.lab, "node2", running=False)
    begun = time.monotonic()
    cluster.engine.destroy(cluster.spec.lab)
    assert time.monotonic() - begun < 5
    assert leftovers(cluster.spec.lab) == []


MAKER = """
import sys
from labs.core.ids import LabId
from labs.core.ports import Limits, SandboxSpec
from labs.core.settings import Settings
from provisioner.labnode.engine import LabnodeEngine
from pathlib import Path
LabnodeEngine(Settings(home=Path(sys.argv[1]))).create(SandboxSpec(LabId(sys.argv[2]), Limits(disk_mib=1024), nodes=3))
"""


@pytest.mark.parametrize("seconds", [1.0, 1.6, 2.2, 4.0])
def test_a_killed_maker_leaves_nothing_for_long(seconds: float, tmp_path: Path) -> None:
    name = new_lab_id("killed-maker")
    with subprocess.Popen([sys.executable, "-c", MAKER, str(tmp_path), name]) as maker:
        time.sleep(seconds)
        maker.kill()
    engine = LabnodeEngine(Settings(home=tmp_path))
    engine.destroy(name)
    assert leftovers(name) == []
    assert not engine.is_alive(cell_of(name, 2))
