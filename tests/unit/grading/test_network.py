from collections.abc import Callable
from typing import Any

import pytest

from grading.network import dns_finding, http_finding, tcp_finding
from grading.spec_parts import DnsCheck, HttpCheck, TcpCheck
from labs.core.probes import ProbeAnswer, ProbeOutcome
from tests.unit.grading.fakes import OK, REFUSED, TIMED_OUT, FakeSandbox, grading_spec, view_of

RESET = ProbeAnswer(ProbeOutcome.RESET)
UNKNOWN = ProbeAnswer(ProbeOutcome.NAME_UNKNOWN)
BROKEN = ProbeAnswer(ProbeOutcome.FAILED, detail="tls: bad certificate")


def http(expect: dict[str, Any], **rest: Any) -> HttpCheck:
    return HttpCheck.model_validate({"url": "http://orders/", "expect": expect} | rest)


def json_answer(body: str) -> ProbeAnswer:
    return ProbeAnswer(ProbeOutcome.ANSWERED, status=200, body=body)


def sandbox_with(*answers: ProbeAnswer) -> FakeSandbox:
    """A sandbox whose probes get these answers in turn, the last one for ever."""
    sandbox = FakeSandbox()
    left = list(answers)
    sandbox.answer = lambda _probe, _identity: left.pop(0) if len(left) > 1 else left[0]
    return sandbox


@pytest.mark.parametrize(
    ("expect", "answer", "good"),
    [
        ({"status": 200}, OK, True),
        ({"status": [200, 204]}, OK, True),
        ({"status": 404}, OK, False),
        ({"status": 200}, REFUSED, False),
        ({"body_contains": "order"}, OK, True),
        ({"body_contains": "other"}, OK, False),
        ({"body_equals": "orders"}, OK, True),
        ({"body_equals": "order"}, OK, False),
        ({"json": {"role": "orders"}}, json_answer('{"role": "orders", "pod": "x"}'), True),
        ({"json": {"role": "orders"}}, json_answer('{"role": "other"}'), False),
        ({"json": {"role": "orders"}}, json_answer("<html>"), False),
        ({"json": None}, json_answer("null"), True),
        ({"json": {"a": 1}}, json_answer("[" * 50_000), False),
        ({"status": 200, "json": {}}, json_answer("{}"), True),
        ({"refused": True}, REFUSED, True),
        ({"refused": True}, TIMED_OUT, True),
        ({"refused": True}, RESET, True),
        ({"refused": True}, UNKNOWN, False),
        ({"refused": True}, BROKEN, False),
        ({"refused": True}, OK, False),
    ],
)
def test_one_request(expect: dict[str, Any], answer: ProbeAnswer, *, good: bool) -> None:
    assert http_finding(http(expect), view_of(sandbox_with(answer))).passed is good


def test_a_share_of_requests_may_fail() -> None:
    check = http({"status": 200}, repeat=10, share=0.8)
    assert http_finding(check, view_of(sandbox_with(REFUSED, REFUSED, OK))).passed
    finding = http_finding(check, view_of(sandbox_with(REFUSED, REFUSED, REFUSED, OK)))
    assert not finding.passed
    assert finding.reason.en == "GET http://orders/: 3 of 10 requests: connection refused"
    assert finding.reason.es == "GET http://orders/: 3 de 10 peticiones: conexión rechazada"
    assert (finding.expected, finding.actual) == ("8/10: status 200", "3x connection refused")


def test_the_most_frequent_fault_is_told_first() -> None:
    bad = ProbeAnswer(ProbeOutcome.ANSWERED, status=502, body="no upstream")
    finding = http_finding(http({"status": 200}, repeat=4), view_of(sandbox_with(REFUSED, bad, bad, OK)))
    assert finding.actual == "2x status 502: no upstream; 1x connection refused"


def test_what_hangs_is_not_tried_to_the_end() -> None:
    sandbox = sandbox_with(TIMED_OUT)
    assert not http_finding(http({"status": 200}, repeat=200), view_of(sandbox)).passed
    assert sum(sandbox.asked) == 1


def test_headers_body_and_another_client_are_passed_on() -> None:
    sandbox = FakeSandbox()
    check = http(
        {"status": 200},
        method="POST",
        headers={"X-A": "b"},
        body="hi",
        client={"namespace": "other", "labels": {"app": "intruder"}},
    )
    seen: list[Any] = []

    def answer(probe: Any, identity: Any) -> ProbeAnswer:
        seen.append((probe.method, probe.headers, probe.body, identity.namespace, identity.labels))
        return OK

    sandbox.answer = answer
    http_finding(check, view_of(sandbox))
    assert seen == [("POST", (("X-A", "b"),), "hi", "other", (("app", "intruder"),))]


def test_long_bodies_are_shortened() -> None:
    finding = http_finding(http({"status": 500}), view_of(sandbox_with(json_answer("x" * 60_000))))
    assert len(finding.actual) < 300


A = ProbeAnswer(ProbeOutcome.ANSWERED, addresses=("10.0.0.1", "10.0.0.2"))


@pytest.mark.parametrize(
    ("check", "answer", "good"),
    [
        ({}, A, True),
        ({}, UNKNOWN, False),
        ({}, ProbeAnswer(ProbeOutcome.ANSWERED), False),
        ({"addresses": ["10.0.0.2", "10.0.0.1"]}, A, True),
        ({"addresses": ["10.0.0.2"]}, A, False),
        ({"resolves": False}, UNKNOWN, True),
        ({"resolves": False}, A, False),
        ({"resolves": False}, TIMED_OUT, False),
    ],
)
def test_dns(check: dict[str, Any], answer: ProbeAnswer, *, good: bool) -> None:
    finding = dns_finding(DnsCheck.model_validate({"name": "orders"} | check), view_of(sandbox_with(answer)))
    assert finding.passed is good
    assert finding.reason.en.startswith("orders: ")


@pytest.mark.parametrize(
    ("is_open", "answer", "good"),
    [(True, OK, True), (True, REFUSED, False), (False, REFUSED, True), (False, OK, False), (False, UNKNOWN, False)],
)
def test_tcp(answer: ProbeAnswer, *, is_open: bool, good: bool) -> None:
    check = TcpCheck(host="db", port=5432, open=is_open)
    assert tcp_finding(check, view_of(sandbox_with(answer))).passed is good


def test_the_detail_of_an_odd_failure_is_told() -> None:
    finding = tcp_finding(TcpCheck(host="db", port=1), view_of(sandbox_with(BROKEN)))
    assert finding.reason.es == "db:1: la conexión falló: tls: bad certificate"


@pytest.mark.parametrize("finding", [http_finding, dns_finding, tcp_finding])
def test_outcomes_are_worded(finding: Callable[..., Any]) -> None:
    checks = {
        http_finding: http({"status": 200}),
        dns_finding: DnsCheck(name="x"),
        tcp_finding: TcpCheck(host="x", port=1),
    }
    where_dns_is_theirs = grading_spec(scope={"namespaces": ["kube-system"]})
    for outcome in ProbeOutcome:
        found = finding(checks[finding], view_of(sandbox_with(ProbeAnswer(outcome)), where_dns_is_theirs))
        assert found.reason.en
        assert found.reason.es
