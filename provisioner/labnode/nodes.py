"""The nodes of a lab: what they are called, which cells they are, and what each is told.

The first node is the cell that has the lab's name, with the control plane; others are cells `LAB.node2`, `LAB.node3`
with slots of their own, and so ids, links to the host and firewall tables of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labs.core.ids import LabId
from labs.core.ports import MAX_NODES, Limits, SandboxSpec
from provisioner.cell.slots import Slot

FIRST_NODE = "node1"
CLUSTER_CIDR = "10.42.0.0/16"
SERVICE_CIDR = "10.43.0.0/16"
API_IP = "10.43.0.1"
DNS_IP = "10.43.0.10"
WORKER_MEMORY_MIB = 512
"""What kubelet, kube-proxy and containerd of a worker may use: four times what they do. Pods come on top."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a lab, whose cell has its slot."""

    number: int
    slot: Slot

    @property
    def name(self) -> str:
        """What Kubernetes calls it."""
        return node_name(self.number)

    @property
    def is_worker(self) -> bool:
        """Whether it is without a control plane."""
        return self.number > 1

    @property
    def pod_cidr(self) -> str:
        """The range of its pods."""
        return f"10.42.{self.number - 1}.0/24"

    @property
    def role(self) -> str:
        """As labnode knows it."""
        return "worker" if self.is_worker else ""


def node_name(number: int) -> str:
    """The name of a lab's first, second or third node."""
    return f"node{number}"


def cell_of(lab: LabId, number: int) -> LabId:
    """The name of a node's cell."""
    return lab if number == 1 else LabId(f"{lab}.{node_name(number)}")


def all_cells(lab: LabId) -> Sequence[LabId]:
    """Every cell that a lab of this engine may have."""
    return [cell_of(lab, number) for number in range(1, MAX_NODES + 1)]


def worker_limits(spec: SandboxSpec) -> Limits:
    """A worker may be given all the lab's pods, and has no control plane to feed."""
    first = spec.limits
    return Limits(first.cpu_cores, max(WORKER_MEMORY_MIB, first.memory_mib // 2), first.pids, first.disk_mib)


def node_config(node: Node, nodes: Sequence[Node], *, egress: bool, issued: Mapping[str, str]) -> dict[str, Any]:
    """What labnode reads (toolchain/cmd/labnode/config.go). `issued`: a worker's files, a secret."""
    return {
        "node_name": node.name,
        "node_ip": str(node.slot.address),
        "node_prefix": node.slot.network.prefixlen,
        "gateway_ip": str(node.slot.gateway),
        "egress": egress,
        "pod_cidr": node.pod_cidr,
        "cluster_cidr": CLUSTER_CIDR,
        "service_cidr": SERVICE_CIDR,
        "api_ip": API_IP,
        "dns_ip": DNS_IP,
        "role": node.role,
        "peers": [
            {"name": peer.name, "ip": str(peer.slot.address), "pod_cidr": peer.pod_cidr, "role": peer.role}
            for peer in nodes
            if peer.number != node.number
        ],
        "issued": dict(issued),
    }
