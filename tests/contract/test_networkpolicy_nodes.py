"""NetworkPolicies between pods of two nodes: egress is the source's node's to enforce, ingress the destination's."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from labs.core.ports import Limits
from provisioner.labnode.nodes import node_name
from tests.contract.labs import lab
from tests.contract.peers import Manifest, World, build_peer, namespace, place_program, pod, pods, policy, spaces

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

LIMITS = Limits(memory_mib=1400, disk_mib=1024)
HERE, THERE = ("x/x", "y/x"), ("x/y", "y/y")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Pods named x are on the first node, pods named y on the second."""
    program = build_peer(tmp_path_factory.mktemp("peer"))
    with lab(tmp_path_factory.mktemp("lab"), limits=LIMITS, nodes=2) as target:
        world = World(target)
        for number in (1, 2):
            place_program(program, replace(target, number=number))
        target.sandbox.writer.apply([namespace("x"), namespace("y")], field_manager="test")
        world.start(*(on_node(each, number) for number, places in enumerate((HERE, THERE), 1) for each in places))
        yield world


def on_node(place: str, number: int) -> Manifest:
    made = pod(place, "serve", "tcp/80")
    made["spec"]["nodeName"] = node_name(number)
    return made


def test_without_policies_everybody_reaches_everybody(world: World) -> None:
    assert {world.addresses[each].split(".")[2] for each in HERE} == {"0"}
    assert {world.addresses[each].split(".")[2] for each in THERE} == {"1"}
    for each in (*HERE, *THERE):
        world.expect(each, yes=[f"{other} tcp/80" for other in (*HERE, *THERE)])


@pytest.mark.parametrize(("near", "far"), [(HERE, THERE), (THERE, HERE)])
def test_a_pod_is_shut_wherever_it_is(world: World, near: tuple[str, str], far: tuple[str, str]) -> None:
    """By its own node, to pods of both."""
    shut = near[0]
    with world.under(policy("x/deny", {"pod": shut[2]})):
        for each in (near[1], *far):
            world.expect(each, no=[f"{shut} tcp/80"])
        world.expect(shut, yes=[f"{each} tcp/80" for each in (near[1], *far)])


@pytest.mark.parametrize(("near", "far"), [(HERE, THERE), (THERE, HERE)])
def test_peers_of_another_node_are_known(world: World, near: tuple[str, str], far: tuple[str, str]) -> None:
    """By the address that is theirs, not their node's: by label, and by namespace."""
    isolated, same = near[0], far[0]
    with world.under(policy("x/in", {"pod": isolated[2]}, ingress=[{"from": [pods(same[2])]}])):
        world.expect(same, yes=[f"{isolated} tcp/80"])
        for each in (near[1], far[1]):
            world.expect(each, no=[f"{isolated} tcp/80"])
    out = [{"to": [spaces("y")]}]
    with world.under(policy("x/out", {"pod": isolated[2]}, policyTypes=["Egress"], egress=out)):
        world.expect(isolated, yes=[f"{each} tcp/80" for each in (near[1], far[1])], no=[f"{same} tcp/80"])
