"""Whether targets would be healthy. moto calls every running one so; configuration, network and application decide.

The application, as the brief tells: it listens on one port and speaks HTTP; its health path gives 200, or 503 when it
cannot work; `/` always redirects; any other path is not found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any

from grading.findings import UndecidableError
from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.reach.model import Interface
from grading.reach.network import Network
from grading.reach.paths import Verdict, reach
from grading.reach.snapshot import read_network, reader_of
from labs.core.aws import AwsCall
from labs.core.errors import UnreachableError

LISTENER_PORT = 80
OUR_SERVERS = ("ServerA", "ServerB")
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Front:
    """The load balancer as it is configured, in a network in which its nodes stand. `targets` are (instance, port)."""

    network: Network
    nodes: tuple[str, ...]
    zones: frozenset[str]
    group: Raw
    targets: tuple[tuple[str, int], ...]


@check("servers-are-healthy")
def servers_are_healthy(view: ScenarioView) -> Finding:
    """Both are registered with a target group that the listener uses, and would be healthy there."""
    front = _front(view)
    complaints = list(_unhealthy(view, front)) if front else ["no listener forwards to a target group"]
    return _finding(
        complaints, "Both servers would be healthy.", "Los dos servidores estarían sanos.", "two healthy targets"
    )


@check("visitors-are-served")
def visitors_are_served(view: ScenarioView) -> Finding:
    """By every node, to both servers, which are in service."""
    front = _front(view)
    if front is None:
        return _finding(["no listener forwards to a target group"], "", "", "a listener on port 80")
    outside = [node for node in front.nodes if not _gets_to(front.network, "internet", node, LISTENER_PORT)]
    complaints = [f"visitors do not get to {node}" for node in outside] + list(_unhealthy(view, front))
    return _finding(complaints, "Visitors are served.", "Los visitantes son atendidos.", "requests get through")


@check("a-sick-server-is-taken-out")
def a_sick_server_is_taken_out(view: ScenarioView) -> Finding:
    """What the application answers when it cannot work does not count as good."""
    front = _front(view)
    told = front.group if front else {}
    code = _answered(view, told, sick=True)
    sees_it = front is not None and code in _good(told)
    complaints = [f"{told.get('HealthCheckPath')} gives {code}, which counts as good"] if sees_it else []
    return _finding(
        complaints, "A sick server would be taken out.", "Un servidor enfermo quedaría fuera.", "a check that tells"
    )


@check("the-portal-and-nothing-else")
def the_portal_and_nothing_else(view: ScenarioView) -> Finding:
    """Nobody else's machine is a target."""
    front = _front(view)
    ours = {view.parameters[name] for name in OUR_SERVERS}
    others = sorted({target for target, _ in front.targets if target not in ours}) if front else []
    complaints = [f"{target} is a target" for target in others]
    return _finding(
        complaints, "Only the portal's servers.", "Solo los servidores del portal.", ", ".join(map(str, ours))
    )


def _finding(complaints: list[str], en: str, es: str, expected: str) -> Finding:
    if not complaints:
        return passed(en=en, es=es)
    told = "; ".join(dict.fromkeys(complaints))
    return failed(
        en="The load balancer would not work as it should.",
        es="El balanceador no funcionaría como debe.",
        expected=expected,
        actual=told,
    )


def _unhealthy(view: ScenarioView, front: Front) -> Iterator[str]:
    """Why one of our servers would not be healthy."""
    listening = int(view.parameters["port"])
    for name in OUR_SERVERS:
        server = str(view.parameters[name])
        ports = [port for target, port in front.targets if target == server]
        if not ports:
            yield f"{server} is no target"
        if ports and front.network.subnets[_subnet_of(front.network, server)].zone not in front.zones:
            yield f"{server}: its zone is not served"
        for port in ports:
            probed = (
                port if front.group.get("HealthCheckPort") == "traffic-port" else int(front.group["HealthCheckPort"])
            )
            for wanted in sorted({port, probed}):
                if wanted != listening:
                    yield f"{server}: nothing listens on {wanted}"
                elif not all(_gets_to(front.network, node, server, wanted) for node in front.nodes):
                    yield f"{server}: the load balancer does not get to {wanted}"
    code = _answered(view, front.group, sick=False)
    if front.group.get("HealthCheckProtocol") != "HTTP" or code not in _good(front.group):
        yield f"the check of {front.group.get('HealthCheckPath')} gets {code}, which does not count as good"


def _answered(view: ScenarioView, group: Raw, *, sick: bool) -> int:
    """What the application says to a health check."""
    path = str(group.get("HealthCheckPath") or "/").partition("?")[0]
    if path == view.parameters["path"]:
        return 503 if sick else 200
    return 302 if path == "/" else 404


def _good(group: Raw) -> frozenset[int]:
    """The codes that count as good: `200`, `200,204` or `200-299`."""
    found: set[int] = set()
    for part in str((group.get("Matcher") or {}).get("HttpCode") or "200").split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return frozenset(found)


def _front(view: ScenarioView) -> Front | None:
    """The load balancer of the portal; None when nothing on port 80 forwards."""
    balancer = next(iter(_items(view, "DescribeLoadBalancers", "LoadBalancers", Names=[_name(view)])), None)
    if balancer is None:
        return None
    listeners = _items(view, "DescribeListeners", "Listeners", LoadBalancerArn=balancer["LoadBalancerArn"])
    actions = [one for each in listeners if each["Port"] == LISTENER_PORT for one in each["DefaultActions"]]
    arn = next((_forwards_to(one) for one in actions if one["Type"] == "forward"), "")
    if not arn:
        return None
    network = read_network([(reader_of(view.aws), view.aws.region)])
    subnets = [one["SubnetId"] for one in balancer["AvailabilityZones"]]
    network, nodes = _with_nodes(network, subnets, tuple(balancer.get("SecurityGroups") or ()))
    told = _items(view, "DescribeTargetHealth", "TargetHealthDescriptions", TargetGroupArn=arn)
    targets = tuple((_instance(network, one["Target"]["Id"]), int(one["Target"]["Port"])) for one in told)
    group = _items(view, "DescribeTargetGroups", "TargetGroups", TargetGroupArns=[arn])[0]
    return Front(network, nodes, frozenset(network.subnets[one].zone for one in subnets), group, targets)


def _name(view: ScenarioView) -> str:
    return f"{view.parameters['team']}-portal"


def _forwards_to(action: Raw) -> str:
    groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or [{}]
    return str(action.get("TargetGroupArn") or groups[0].get("TargetGroupArn") or "")


def _items(view: ScenarioView, operation: str, field: str, **parameters: Any) -> list[Raw]:
    """Nothing where AWS says that it is not there. Raises UnreachableError for any other refusal."""
    answer = view.aws.ask(AwsCall("elbv2", operation, parameters))
    if answer.error_code and "NotFound" not in answer.error_code:
        raise UnreachableError(f"elbv2:{operation}: {answer.error_code}")
    return list(answer.result.get(field) or [])


def _with_nodes(network: Network, subnets: list[str], groups: tuple[str, ...]) -> tuple[Network, tuple[str, ...]]:
    """The network with the load balancer's nodes, one for each subnet, which moto does not make."""
    nodes: dict[str, Interface] = {}
    for index, name in enumerate(subnets):
        subnet = network.subnets[name]
        inside, outside = subnet.cidrs[0][-6], ip_address(f"198.51.100.{index + 1}")
        node = f"eni-node{index}"
        nodes[node] = Interface(node, subnet.vpc_id, name, (inside,), public=((inside, outside),), group_ids=groups)
    return replace(network, interfaces={**network.interfaces, **nodes}), tuple(nodes)


def _instance(network: Network, target: str) -> str:
    """Targets may be registered by address."""
    if target in network.instances or target.startswith("i-"):
        return target
    owners = (nic for nic in network.interfaces.values() if target in map(str, nic.addresses))
    return next((nic.instance_id for nic in owners), target)


def _subnet_of(network: Network, instance: str) -> str:
    return network.interfaces[network.instances[instance].interface_ids[0]].subnet_id


def _gets_to(network: Network, source: str, destination: str, port: int) -> bool:
    answer = reach(network, source, destination, "tcp", port)
    if answer.verdict is Verdict.INCONCLUSIVE:
        raise UndecidableError(f"{source} → {destination}: {answer.words.en}")
    return answer.is_reached
