"""NetworkPolicies in a real lab: what upstream's documentation says must be so, and how soon.

https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from labs.core.ports import Limits
from labs.core.probes import ExecRequest, ObjectRef
from tests.contract.clusters import until
from tests.contract.labs import lab
from tests.contract.peers import EVERYBODY, World, build_peer, namespace, pod, pods, policy, spaces

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

LIMITS = Limits(memory_mib=1400, pids=2000, disk_mib=1024)
EFFECTIVE_SECONDS = 2.0
X = [each for each in EVERYBODY if each.startswith("x/")]
NOT_X = [each for each in EVERYBODY if each not in X]
NODE = "node1"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    program = build_peer(tmp_path_factory.mktemp("peer"))
    with lab(tmp_path_factory.mktemp("lab"), limits=LIMITS) as target:
        target.let_attacker_in(program)
        world = World(target)
        world.populate()
        yield world


def tables(world: World) -> str:
    return world.target.says("nft list tables")


# Isolation and selectors


def test_without_policies_everybody_reaches_everybody(world: World) -> None:
    world.expect_matrix(dict.fromkeys(EVERYBODY, EVERYBODY))
    world.expect("x/x", yes=["y/x udp/80", "y/x sctp/80", "y/x tcp/81"], no=["y/x tcp/82", "y/x sctp/82"])
    assert "network-policy" not in tables(world), "nothing is paid where there is nothing to enforce"


def test_a_namespace_is_shut_to_all_but_itself_alone(world: World) -> None:
    """No ingress rule isolates; a pod still reaches itself, and what it asks for is answered."""
    with world.under(policy("x/deny", policyTypes=["Ingress"])):
        allowed = {each: [*NOT_X, each] if each in X else NOT_X for each in EVERYBODY}
        world.expect_matrix(allowed)
        assert "network-policy" in tables(world)
    world.expect_matrix(dict.fromkeys(EVERYBODY, EVERYBODY))
    assert "network-policy" not in tables(world)


def test_a_namespace_is_kept_in(world: World) -> None:
    with world.under(policy("x/deny", policyTypes=["Egress"])):
        world.expect_matrix({each: [each] if each in X else EVERYBODY for each in EVERYBODY})


def test_peers_are_chosen_by_pod_namespace_or_both(world: World) -> None:
    with world.under(
        policy("x/deny"),
        policy("x/by-pod", {"pod": "x"}, ingress=[{"from": [pods("y")]}]),
        policy("x/by-namespace", {"pod": "y"}, ingress=[{"from": [spaces("y")]}]),
        policy(
            "x/by-both", {"pod": "z"}, ingress=[{"from": [{**pods("y"), **spaces("y")}, {**pods("z"), **spaces("z")}]}]
        ),
    ):
        places = [f"x/{each} tcp/80" for each in "xyz"]
        for source, reached in {"x/y": "xy", "y/x": "y", "y/y": "yz", "y/z": "y", "z/z": "z", "z/y": ""}.items():
            yes = [place for place in places if place[2] in reached]
            world.expect(source, yes=yes, no=[place for place in places if place not in yes])


def test_egress_goes_to_chosen_peers_and_both_ends_must_agree(world: World) -> None:
    with world.under(
        policy("x/out", {"pod": "x"}, policyTypes=["Egress"], egress=[{"to": [spaces("y")]}]),
        policy("y/in", {"pod": "y"}, ingress=[{"from": [spaces("z")]}]),
    ):
        world.expect("x/x", yes=["y/x tcp/80"], no=["y/y tcp/80", "z/x tcp/80", "x/y tcp/80"])
        world.expect("z/x", yes=["y/y tcp/80", "x/x tcp/80"])


def test_blocks_and_their_exceptions(world: World) -> None:
    addresses = world.addresses
    block = {"cidr": "10.42.0.0/24", "except": [f"{addresses['y/y']}/32"]}
    with world.under(policy("x/in", {"pod": "x"}, ingress=[{"from": [{"ipBlock": block}]}])):
        world.expect("y/x", yes=["x/x tcp/80"])
        world.expect("y/y", yes=["x/y tcp/80"], no=["x/x tcp/80"])
    only = {"to": [{"ipBlock": {"cidr": f"{addresses['y/y']}/32"}}]}
    with world.under(policy("x/out", {"pod": "x"}, policyTypes=["Egress"], egress=[only])):
        world.expect("x/x", yes=["y/y tcp/80"], no=["y/x tcp/80"])


# Ports


def test_ports_ranges_and_protocols(world: World) -> None:
    every = [
        f"x/{name} {what}" for name in "xyz" for what in ("tcp/80", "tcp/81", "udp/80", "udp/81", "sctp/80", "sctp/81")
    ]
    with world.under(
        policy("x/one", {"pod": "x"}, ingress=[{"ports": [{"port": 80}, {"protocol": "UDP", "port": 81}]}]),
        policy("x/range", {"pod": "y"}, ingress=[{"ports": [{"port": 81, "endPort": 90}, {"protocol": "UDP"}]}]),
        policy("x/sctp", {"pod": "z"}, ingress=[{"ports": [{"protocol": "SCTP", "port": 80}]}]),
    ):
        yes = ["x/x tcp/80", "x/x udp/81", "x/y tcp/81", "x/y udp/80", "x/y udp/81", "x/z sctp/80"]
        world.expect("y/x", yes=yes, no=[place for place in every if place not in yes])


def test_a_named_port_is_each_pods_own(world: World) -> None:
    def named(place: str, port: int) -> dict[str, Any]:
        ports = [{"name": "web", "containerPort": port}]
        return pod(place, "serve", "tcp/8001", "tcp/8002", labels={"app": "named"}, ports=ports)

    world.start(named("x/first", 8001), named("x/second", 8002))
    yes, no = ["x/first tcp/8001", "x/second tcp/8002"], ["x/first tcp/8002", "x/second tcp/8001"]
    by_name = [{"port": "web"}]
    with world.under(policy("x/in", {"app": "named"}, ingress=[{"ports": by_name}])):
        world.expect("y/x", yes=yes, no=no)
    to = [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "named"}}}]
    with world.under(policy("y/out", {"pod": "x"}, policyTypes=["Egress"], egress=[{"to": to, "ports": by_name}])):
        world.expect("y/x", yes=yes, no=[*no, "x/x tcp/80"])
    world.expect("y/x", yes=[*yes, *no])
    world.remove("x/first", "x/second")


# Services, DNS, the node


def test_egress_to_dns_alone_resolves_and_no_more(world: World) -> None:
    dns = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    ports = [{"protocol": "UDP", "port": 53}, {"port": 53}]
    with world.under(policy("x/dns", policyTypes=["Egress"], egress=[{"to": [dns], "ports": ports}])):
        world.expect("x/x", no=["y/x tcp/80"])
        request = ExecRequest("x", "x", ("nslookup", "kube-dns.kube-system.svc.cluster.local."), timeout_seconds=15)
        assert "10.43.0.10" in world.target.sandbox.execute(request).stdout
    with world.under(policy("x/none", policyTypes=["Egress"])):
        world.expect("x/x", no=["y/x tcp/80"])
        assert world.target.sandbox.execute(request).exit_code != 0


def test_policies_are_about_pods_not_about_services(world: World) -> None:
    """The port is the pod's, the peer is the client pod, and a pod reaches itself through its Service."""
    service = {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "y"},
        "spec": {"selector": {"pod": "x"}, "ports": [{"port": 8080, "targetPort": 80}]},
    }  # fmt: skip
    world.target.sandbox.writer.apply([service], field_manager="test")
    virtual = (world.target.sandbox.reader.get(ObjectRef("v1", "Service", "web", "y")) or {})["spec"]["clusterIP"]
    place = f"{virtual} tcp/8080"
    world.expect("x/x", yes=[place])
    with world.under(policy("y/in", {"pod": "x"}, ingress=[{"from": [spaces("x")], "ports": [{"port": 80}]}])):
        world.expect("z/x", no=[place])
        world.expect("x/x", yes=[place])
        world.expect("y/x", yes=[place])
    to_pod = policy("x/out", policyTypes=["Egress"], egress=[{"to": [spaces("y")], "ports": [{"port": 80}]}])
    to_service = policy("x/out", policyTypes=["Egress"], egress=[{"to": [spaces("y")], "ports": [{"port": 8080}]}])
    with world.under(to_pod):
        world.expect("x/x", yes=[place, "y/x tcp/80"], no=["z/x tcp/80"])
        world.target.sandbox.writer.apply([to_service], field_manager="test")
        world.expect("x/x", no=[place, "y/x tcp/80"])


def test_the_node_reaches_its_pods_and_they_reach_it(world: World) -> None:
    """kubelet's probes, and pods on the host's network, which policies do not concern."""
    host = pod("x/host", "serve", "tcp/8090")
    host["spec"]["hostNetwork"] = True
    deny = policy("x/deny", policyTypes=["Ingress", "Egress"])
    with world.under(deny):
        world.expect("y/x", no=["x/x tcp/80"])
        probe = {"tcpSocket": {"port": 80}, "periodSeconds": 1, "failureThreshold": 1}
        world.start(pod("x/probed", "serve", "tcp/80", readinessProbe=probe, livenessProbe=probe), host)
        until(lambda: is_ready(world, "x/probed"), seconds=15)
        world.expect("y/x", no=["x/probed tcp/80"], yes=[f"{world.target.handle.address} tcp/8090"])
        world.expect("x/x", yes=[f"{world.target.handle.address} tcp/8090"])
        world.expect("x/host", yes=["x/x tcp/80", "y/x tcp/80"])
        time.sleep(3)
        assert is_ready(world, "x/probed")
    world.remove("x/probed", "x/host")


def is_ready(world: World, place: str) -> bool:
    conditions = world.look(place)["status"].get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


# Change


def test_a_changed_policy_and_changed_labels_are_followed(world: World) -> None:
    writer = world.target.sandbox.writer
    with world.under(policy("x/in", {"pod": "x"}, ingress=[{"from": [spaces("y")]}])):
        world.expect("y/x", yes=["x/x tcp/80"])
        world.expect("z/x", no=["x/x tcp/80"])
        writer.apply([policy("x/in", {"pod": "x"}, ingress=[{"from": [spaces("z")]}])], field_manager="test")
        world.expect("z/x", yes=["x/x tcp/80"])
        world.expect("y/x", no=["x/x tcp/80"])
        relabelled = namespace("y")
        relabelled["metadata"]["labels"] = {"ns": "z"}
        writer.apply([relabelled], field_manager="test")
        world.expect("y/x", yes=["x/x tcp/80"])
        writer.apply([namespace("y")], field_manager="test")
        world.expect("y/x", no=["x/x tcp/80"])
    world.expect("y/x", yes=["x/x tcp/80"])


def test_changes_are_effective_in_time(world: World) -> None:
    """New connections are refused, or allowed, within two seconds of what the API has acknowledged."""
    writer = world.target.sandbox.writer
    deny = policy("x/deny", {"app": "changing"})
    world.start(pod("x/changing", "serve", "tcp/80", labels={"app": "changing"}))

    def label(value: str) -> None:
        manifest = pod("x/changing", "serve", "tcp/80", labels={"app": value})
        writer.apply([manifest], field_manager="test")

    seconds = world.changes(
        "y/x", "x/changing tcp/80",
        [
            (False, lambda: writer.apply([deny], field_manager="test")),
            (True, lambda: world.forget(deny)),
            (False, lambda: writer.apply([deny], field_manager="test")),
            (True, lambda: label("other")),
            (False, lambda: label("changing")),
            (True, lambda: world.forget(deny)),
        ],
        pause=EFFECTIVE_SECONDS + 0.5,
    )  # fmt: skip
    world.remove("x/changing")
    assert max(seconds) <= EFFECTIVE_SECONDS, seconds


def test_an_established_connection_stays(world: World) -> None:
    address = world.addresses["x/x"]
    deny = policy("x/deny")
    with ThreadPoolExecutor(max_workers=1) as pool:
        held = pool.submit(world.run, "y/x", "hold", "6", f"{address}:80", seconds=6)
        time.sleep(2)
        with world.under(deny):
            world.expect("y/x", no=["x/x tcp/80"])
            answers = held.result()
    assert answers > 80, "of 120 in six seconds, four of them under the policy"


# Pods come and go


def test_a_new_pod_never_sends_what_a_policy_forbids(world: World) -> None:
    """From the first instruction of its first container; and what is allowed works from then on, without a pause."""
    names = [f"early{number}" for number in range(4)]
    place = world.endpoint("y/x tcp/80")
    egress = [{"to": [spaces("y")]}]
    with world.under(
        policy("x/deny", {"app": "early"}, policyTypes=["Egress"]),
        policy("z/let", {"app": "early"}, policyTypes=["Egress"], egress=egress),
    ):
        world.expect("y/x", yes=["z/x tcp/80"])
        early = [
            pod(f"{space}/{name}", "early", "3", place, labels={"app": "early"}) for space in "xz" for name in names
        ]
        world.start(*early)
        time.sleep(4)
        for name in names:
            assert world.target.sandbox.reader.logs("x", name).startswith("[["), "it tried"
            assert "true" not in world.target.sandbox.reader.logs("x", name)
            allowed = world.target.sandbox.reader.logs("z", name)
            assert allowed.startswith("[["), allowed
            assert "false" not in allowed, allowed
        world.remove(*(f"{space}/{name}" for space in "xz" for name in names))


def test_a_new_pod_is_never_reached_when_a_policy_forbids_it(world: World) -> None:
    """Its address is tried all the time, before it has it and after."""
    free = aim_addresses(world, "10.42.0.150")
    shut = [pod(f"x/shut{number}", "serve", "tcp/80", labels={"app": "shut"}) for number in range(3)]
    with world.under(policy("x/deny", {"app": "shut"})), ThreadPoolExecutor(max_workers=1) as pool:
        world.expect("y/x", yes=["x/x tcp/80"])
        sweeping = pool.submit(world.run, "y/x", "sweep", "6", free, "12", "80", seconds=6)
        world.start(*shut, pod("z/open", "serve", "tcp/80"))
        reached = sweeping.result()
    assert reached == [world.addresses["z/open"]], "the sweep finds what may be found"
    world.remove("z/open", *(f"x/shut{number}" for number in range(3)))


def aim_addresses(world: World, first: str) -> str:
    """The next pods get addresses from there on."""
    pid = world.target.pid
    stem, _, last = first.rpartition(".")
    Path(f"/proc/{pid}/root/run/cni-ipam/lab/last_reserved_ip.0").write_text(f"{stem}.{int(last) - 1}")
    return first


def test_a_reused_address_brings_no_rights_with_it(world: World) -> None:
    """A pod that has ended is still in the API, with its labels and its address, when another gets that address."""
    address = "10.42.0.190"
    with world.under(policy("x/in", {"pod": "x"}, ingress=[{"from": [pods("friend")]}])):
        aim_addresses(world, address)
        friend = pod("x/friend", "serve", "tcp/80")
        world.start(friend)
        assert world.addresses["x/friend"] == address
        world.expect("x/friend", yes=["x/x tcp/80"])
        world.target.says("kill -9 $(pgrep -f 'peer serve tcp/80$' | tail -1)")
        until(lambda: world.look("x/friend")["status"]["phase"] == "Failed", seconds=15)
        aim_addresses(world, address)
        world.start(pod("x/stranger", "serve", "tcp/80"))
        assert world.addresses["x/stranger"] == address, "the ended pod's sandbox is gone"
        assert world.look("x/friend")["status"]["podIP"] == address
        world.expect("x/stranger", yes=["x/y tcp/80"], no=["x/x tcp/80"])
        world.remove("x/friend", "x/stranger")
        aim_addresses(world, address)
        world.start(friend)
        world.expect("x/friend", yes=["x/x tcp/80"])
    world.remove("x/friend")


def test_nobody_passes_under_anothers_address(world: World) -> None:
    """Two pods send, each under its own address and under the other's: only the first arrives."""
    own, other = world.addresses["x/x"], world.addresses["x/y"]
    target = f"{world.addresses['y/x']}:4001"
    with ThreadPoolExecutor(max_workers=2) as pool:
        heard = pool.submit(world.run, "y/x", "heard", "5", "4001", seconds=5)
        time.sleep(1)
        assert world.run("x/x", "spoof", "1", other, target) > 0
        assert world.run("x/x", "spoof", "1", own, target) > 0
        assert heard.result() == [own]


def test_rules_that_somebody_removes_come_back(world: World) -> None:
    with world.under(policy("x/deny", {"pod": "x"})):
        world.expect("y/x", no=["x/x tcp/80"])
        world.target.says("nft delete table ip network-policy")
        world.expect("y/x", yes=["x/x tcp/80"])
        until(lambda: "network-policy" in tables(world), seconds=40)
        world.expect("y/x", no=["x/x tcp/80"])
