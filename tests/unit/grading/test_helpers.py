from types import ModuleType

import pytest

from grading import lab_dns
from grading.helpers import Finding, ScenarioView, check, collect, passed
from labs.core.errors import InputError, UnreachableError
from labs.core.probes import DnsQuery, HttpRequest, NetworkProbe, ProbeAnswer, ProbeOutcome, TcpDial
from tests.unit.grading.fakes import OK, FakeSandbox, grading_spec, view_of


@check("first")
def first(_view: ScenarioView) -> Finding:
    return passed(en="yes", es="sí")


@check("first")
def again(_view: ScenarioView) -> Finding:
    return passed(en="yes", es="sí")


def module(**contents: object) -> ModuleType:
    made = ModuleType("checks")
    vars(made).update(contents)
    return made


def test_registered_functions_are_collected_by_id() -> None:
    assert collect(module(first=first, other=3, helper=len)) == {"first": first}
    assert collect(module(first=first, alias=first)) == {"first": first}


def test_two_functions_with_one_id_are_refused() -> None:
    with pytest.raises(InputError, match="first twice"):
        collect(module(first=first, again=again))


def test_the_view_probes_as_the_client_and_reads() -> None:
    sandbox = FakeSandbox()
    view = view_of(sandbox)
    seen: list[object] = []
    sandbox.answer = lambda probe, identity: seen.append((type(probe), identity.namespace)) or OK  # type: ignore[func-returns-value]
    assert view.http("http://x/").status == 200
    assert view.dns("x") == view.tcp("x", 1) == OK
    assert seen == [(HttpRequest, "shop"), (DnsQuery, "shop"), (TcpDial, "shop")]
    assert view.execute("pod", ["true"]).exit_code == 0
    assert sandbox.executed[0].namespace == "shop"
    assert view.reader.list("v1", "Pod") == []


TIMED_OUT = ProbeAnswer(ProbeOutcome.TIMED_OUT)
BY_NAME = HttpRequest("http://web.shop/")


def dns_slice(sandbox: FakeSandbox, *ready: bool) -> None:
    sandbox.reader.put(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        "kube-dns-1",
        lab_dns.NAMESPACE,
        metadata={"labels": {"kubernetes.io/service-name": "kube-dns"}},
        endpoints=[{"conditions": {"ready": each}} for each in ready],
    )


@pytest.mark.parametrize("ready", [(), (False,)])
@pytest.mark.parametrize("probe", [BY_NAME, DnsQuery("web"), TcpDial("web", 80)])
def test_a_name_asked_for_while_the_labs_dns_is_gone_tells_nothing(
    ready: tuple[bool, ...], probe: NetworkProbe
) -> None:
    sandbox = FakeSandbox()
    view = view_of(sandbox)
    dns_slice(sandbox, *ready)
    sandbox.answer = lambda _probe, _identity: TIMED_OUT
    with pytest.raises(UnreachableError, match="DNS"):
        view.ask([probe])


def test_dns_that_sends_clients_away_tells_nothing_though_its_endpoints_are_ready() -> None:
    sandbox = FakeSandbox()
    view = view_of(sandbox)
    dns_slice(sandbox, *(True,))
    sandbox.answer = lambda probe, _identity: ProbeAnswer(ProbeOutcome.NO_RESOLVER) if probe == BY_NAME else OK
    with pytest.raises(UnreachableError, match="DNS"):
        view.ask([TcpDial("10.1.2.3", 80), BY_NAME])


@pytest.mark.parametrize(
    ("ready", "probe", "answer"),
    [
        ((False, True), BY_NAME, TIMED_OUT),
        ((False,), HttpRequest("http://10.1.2.3:8080/"), TIMED_OUT),
        ((False,), HttpRequest("http://[fd00::1]/"), TIMED_OUT),
        ((False,), TcpDial("10.1.2.3", 80), TIMED_OUT),
        ((False,), BY_NAME, OK),
        ((False,), DnsQuery("web"), ProbeAnswer(ProbeOutcome.NAME_UNKNOWN)),
    ],
)
def test_what_needed_no_dns_or_had_it_is_evidence(
    ready: tuple[bool, ...], probe: NetworkProbe, answer: ProbeAnswer
) -> None:
    sandbox = FakeSandbox()
    view = view_of(sandbox)
    dns_slice(sandbox, *ready)
    sandbox.answer = lambda _probe, _identity: answer
    assert view.ask([probe]) == [answer]


def test_where_dns_is_the_candidates_to_mend_its_absence_is_evidence() -> None:
    sandbox = FakeSandbox()
    view = view_of(sandbox, grading_spec(scope={"namespaces": ["shop", lab_dns.NAMESPACE]}))
    dns_slice(sandbox)
    sandbox.answer = lambda _probe, _identity: TIMED_OUT
    assert view.ask([BY_NAME]) == [TIMED_OUT]
    sandbox.answer = lambda _probe, _identity: ProbeAnswer(ProbeOutcome.NO_RESOLVER)
    assert view.ask([BY_NAME]) == [ProbeAnswer(ProbeOutcome.NO_RESOLVER)]
