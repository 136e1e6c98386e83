"""A node as kubeadm leaves it, and its root: what is there, what can be broken, and what stays out of reach."""

import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from labs.core.errors import UnreachableError
from labs.core.ids import LabId, new_lab_id
from labs.core.ports import Limits, NodeLayout, SandboxSpec
from labs.core.settings import Settings
from labs.lifecycle.nodefiles import configuration, replaced, told_on_node
from provisioner.kubernetes.sandbox import KubernetesSandbox
from provisioner.labnode.engine import LabnodeEngine
from tests.contract.clusters import until
from tests.contract.labs import leftovers

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


class Node:
    """A lab of one such node."""

    def __init__(self, home: Path) -> None:
        self.lab: LabId = new_lab_id("node-shell")
        self.engine = LabnodeEngine(Settings(home=home))
        limits = Limits(memory_mib=3072, disk_mib=2048)
        self.admin = self.engine.create(SandboxSpec(self.lab, limits, layout=NodeLayout.KUBEADM)).admin
        self.sandbox = KubernetesSandbox(self.admin).with_life(lambda: self.engine.is_alive(self.lab))

    def says(self, script: str) -> str:
        argv = self.engine.command_on_node(self.lab, ["bash", "-c", f"exec 2>&1\n{script}"], terminal=False)
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    made = Node(tmp_path_factory.mktemp("node"))
    try:
        yield made
    finally:
        made.engine.destroy(made.lab)
    assert leftovers(made.lab) == []


def test_it_looks_like_a_host_of_kubeadms(node: Node) -> None:
    assert node.says("systemctl is-active kubelet containerd").split() == ["active", "active"]
    assert {"etcd.yaml", "kube-apiserver.yaml", "kube-controller-manager.yaml", "kube-scheduler.yaml"} == set(
        node.says("ls /etc/kubernetes/manifests").split()
    )
    assert "node1" in node.says("kubectl get nodes -o name")
    assert "kubelet" in node.says("journalctl -u kubelet -n 3 --no-pager")
    assert "apiserver " in node.says("kubeadm certs check-expiration")


def test_its_root_has_what_a_hosts_would(node: Node) -> None:
    assert "etcd-node1" in node.says("crictl pods --state ready")
    assert "Kubernetes v1." in node.says(
        "crictl exec $(crictl ps --quiet --name kube-apiserver) kube-apiserver --version"
    )
    assert "2 packets captured" in node.says("ping -i 0.2 -c 50 -q 127.0.0.1 & timeout 20 tcpdump -c 2 -n -i lo icmp")
    assert "execve" in node.says("strace -e trace=execve true")
    assert "succeeded" in node.says("nc -zv 127.0.0.1 6443")
    assert "labnode" in node.says("lsof -n -i :6443")
    node.says("logger from its root")
    until(lambda: "from its root" in node.says("journalctl --quiet --output=cat"), seconds=10)


def test_its_root_is_nobody_outside(node: Node) -> None:
    seen = node.says("id -u; grep -E '^(Seccomp|CapEff):' /proc/self/status; dmesg; cat /etc/shadow")
    assert seen.split()[0] == "0", "root of the node"
    assert "Seccomp:\t2" in seen
    assert "Operation not permitted" in seen, "the kernel's log"
    assert "No such file" in seen
    assert int(seen.split("CapEff:\t")[1].split()[0], 16) & (1 << 16) == 0, "loads no kernel modules"


def test_etcd_is_for_its_root_alone(node: Node) -> None:
    certificates = "--cacert=$p/ca.crt --cert=$p/server.crt --key=$p/server.key"
    ask = "etcdctl --endpoints=https://127.0.0.1:2379 --dial-timeout=2s --command-timeout=3s"
    with_them = node.says(f"p=/etc/kubernetes/pki/etcd; {ask} {certificates} endpoint health")
    without = node.says(f"{ask} --insecure-skip-tls-verify get / --prefix --keys-only --limit=1")
    assert "is healthy" in with_them
    assert "/registry" not in without
    assert "Error" in without


def test_what_a_fault_replaced_is_found_wherever_it_was_left(node: Node) -> None:
    in_node = partial(node.engine.command_on_node, node.lab, terminal=False)
    node.says("printf '%s\\n' 'limit: 4711 pieces' '- --shared=with-others' > /etc/one.conf")
    node.says("echo '  - --shared=with-others' > /etc/other.conf")
    before = configuration(in_node)
    node.says("install -D /etc/one.conf /var/backups/one.conf; echo 'limit: 4 pieces' > /etc/one.conf")
    node.says("echo was limit: 4711 pieces | systemd-cat")
    lines = replaced(before, configuration(in_node))
    assert lines == {"limit: 4711 pieces"}
    said = "the node has 'limit: 4711 pieces', which the fault replaced, in "
    until(lambda: "4711" in node.says("journalctl --quiet --output=cat"), seconds=10)
    assert list(told_on_node(in_node, lines)) == [f"{said}/var/backups/one.conf", f"{said}its journal"]
    node.says("rm /var/backups/one.conf; sleep 1.1; journalctl --rotate; journalctl --vacuum-time=1s")
    assert list(told_on_node(in_node, lines)) == []


def test_a_stopped_api_server_is_evidence_while_the_node_lives(node: Node) -> None:
    assert node.sandbox.ask_api("/readyz").status == 200
    node.says("mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/")
    # in between it says that it is shutting down
    until(lambda: node.sandbox.ask_api("/readyz").status == 0, seconds=60)
    node.says("mv /root/kube-apiserver.yaml /etc/kubernetes/manifests/")
    until(lambda: node.sandbox.ask_api("/readyz").status == 200, seconds=60)


def test_a_new_kube_proxy_keeps_the_services_of_the_old_one(node: Node) -> None:
    """It reads what is there and writes all of it anew."""
    listed = "nft list map ip kube-proxy service-ips"
    # The API server has just been away: its clients come back by and by.
    until(lambda: "udp . 53 : goto" in node.says(listed), seconds=120)
    node.says("kubectl -n kube-system delete pod -l k8s-app=kube-proxy")
    node.says("kubectl -n kube-system wait pod -l k8s-app=kube-proxy --for=condition=Ready --timeout=60s")
    address = node.says("kubectl create service clusterip after --tcp=80:80 -o jsonpath='{.spec.clusterIP}'")
    until(lambda: address in node.says("nft list set ip kube-proxy cluster-ips"), seconds=60)
    assert "udp . 53 : goto" in node.says(listed), "the Service of the lab's DNS"


def test_a_freeze_ends_its_shells(node: Node) -> None:
    argv = node.engine.command_on_node(node.lab, ["sleep", "1000"], terminal=False)
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL) as shell:
        until(lambda: "1000" in node.says("cat /proc/[0-9]*/cmdline | tr '\\0' ' '"), seconds=10)
        node.engine.end_commands(node.lab)
        assert shell.wait(timeout=10) != 0
    assert node.engine.is_alive(node.lab)


def test_a_dead_node_says_nothing(node: Node) -> None:
    """The last: the lab is destroyed."""
    node.engine.destroy(node.lab)
    with pytest.raises(UnreachableError):
        node.sandbox.ask_api("/readyz")
