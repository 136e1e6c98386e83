"""What the office reaches, by whichever VPN connection leads to its router: one that was replaced counts as well."""

from collections.abc import Sequence

from grading.aws_judged import reach_finding
from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.spec_aws import FarDevice, ReachCheck
from labs.core.aws import AwsCall
from labs.core.errors import UnreachableError

ENDED = frozenset({"deleted", "deleting"})


@check("office-uses-the-application")
def office_uses_the_application(view: ScenarioView) -> Finding:
    """By every connection with a session (the router spreads its flows over them), and there is one."""
    port = int(view.parameters["port"])
    connections = _connections(view)
    if not connections:
        return failed(
            en="No VPN connection has a session with the office's router.",
            es="Ninguna conexión VPN tiene sesión con el router de la oficina.",
            expected=f"a connection to {_outside(view)}, AS {view.parameters['asn']}",
            actual="none",
        )
    return _first_failed([_from_office(view, one, "App", port, is_open=True) for one in connections])


@check("office-kept-from-management")
def office_kept_from_management(view: ScenarioView) -> Finding:
    """By none of the connections."""
    port = int(view.parameters["port"])
    found = [_from_office(view, one, "Admin", port, is_open=False) for one in _connections(view)]
    nothing = passed(en="No VPN connection leads to the office.", es="Ninguna conexión VPN lleva a la oficina.")
    return _first_failed(found) if found else nothing


def _first_failed(findings: Sequence[Finding]) -> Finding:
    return next((one for one in findings if not one.passed), findings[0])


def _outside(view: ScenarioView) -> str:
    return f"203.0.113.{view.parameters['host']}"


def _connections(view: ScenarioView) -> list[str]:
    """Ids, sorted, of the VPN connections that the router has a session with: its address and AS are as it has them.

    A connection that was told another AS stays dead beside a good one, and does no harm.
    """
    gateways = _items(view, "DescribeCustomerGateways", "CustomerGateways")
    router = (_outside(view), str(view.parameters["asn"]))
    known = {one["CustomerGatewayId"] for one in gateways if (one.get("IpAddress"), _asn(one)) == router}
    found = _items(view, "DescribeVpnConnections", "VpnConnections")
    return sorted(
        str(one["VpnConnectionId"])
        for one in found
        if one.get("CustomerGatewayId") in known and one.get("State") not in ENDED
    )


def _asn(gateway: dict[str, str]) -> str:
    """Numbers beyond 16 bits stand in a field of their own."""
    return str(gateway.get("BgpAsnExtended") or gateway.get("BgpAsn") or "")


def _items(view: ScenarioView, operation: str, field: str) -> list[dict[str, str]]:
    answer = view.aws.ask(AwsCall("ec2", operation))
    if answer.error_code:
        raise UnreachableError(f"ec2:{operation}: {answer.error_code}")
    return list(answer.result.get(field) or [])


def _from_office(view: ScenarioView, connection: str, machine: str, port: int, *, is_open: bool) -> Finding:
    inside = f"172.{view.parameters['office']}"
    router = FarDevice(outside=_outside(view), asn=int(view.parameters["asn"]), prefixes=(f"{inside}.0.0/16",))
    question = ReachCheck.model_validate(
        {
            "from": f"{connection}/{inside}.5.10",
            "to": view.parameters[machine],
            "port": port,
            "open": is_open,
            "far_devices": [router],
        }
    )
    return reach_finding(question, view)
