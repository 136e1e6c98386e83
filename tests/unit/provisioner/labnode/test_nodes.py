"""What each node of a lab is told."""

import ipaddress
from itertools import combinations
from pathlib import Path

from labs.core.ids import LabId
from labs.core.ports import MAX_NODES, Limits, SandboxSpec
from provisioner.cell.slots import Slot, lab_of_cell
from provisioner.labnode.nodes import CLUSTER_CIDR, Node, all_cells, cell_of, node_config, worker_limits

LAB = LabId("ana-1a2b")


def node(number: int) -> Node:
    network = ipaddress.IPv4Network((0x0AD50000 + 4 * number, 30))
    return Node(number, Slot(number, cell_of(LAB, number), Path("/home"), 0x20000000 + number * 65536, network))


NODES = [node(number) for number in range(1, MAX_NODES + 1)]


def test_every_cell_is_the_labs() -> None:
    assert all_cells(LAB) == [LAB, f"{LAB}.node2", f"{LAB}.node3"]
    assert {lab_of_cell(cell) for cell in all_cells(LAB)} == {LAB}


def test_pods_of_two_nodes_never_have_the_same_address() -> None:
    ranges = [ipaddress.IPv4Network(each.pod_cidr) for each in NODES]
    assert not [pair for pair in combinations(ranges, 2) if pair[0].overlaps(pair[1])]
    assert all(each.subnet_of(ipaddress.IPv4Network(CLUSTER_CIDR)) for each in ranges)


def test_a_node_alone_has_no_peers() -> None:
    config = node_config(NODES[0], NODES[:1], egress=False, issued={})
    assert (config["role"], config["peers"], config["issued"]) == ("", [], {})
    assert config["node_name"] == "node1"


def test_each_node_knows_the_others_and_its_own_part() -> None:
    configs = [node_config(each, NODES, egress=True, issued={}) for each in NODES]
    assert [config["role"] for config in configs] == ["", "worker", "worker"]
    for one, config in zip(NODES, configs, strict=True):
        told = {peer["name"]: (peer["ip"], peer["pod_cidr"]) for peer in config["peers"]}
        assert told == {each.name: (str(each.slot.address), each.pod_cidr) for each in NODES if each is not one}


def test_a_worker_may_use_less_than_the_first_node_and_never_nothing() -> None:
    assert worker_limits(SandboxSpec(LAB, Limits(memory_mib=4096))).memory_mib == 2048
    assert worker_limits(SandboxSpec(LAB, Limits(memory_mib=600))).memory_mib == 512
