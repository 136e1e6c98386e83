"""Findings of HTTP, DNS and TCP checks: what a user of the system notices."""

import json
import math
from collections import Counter

from grading.findings import Finding, Words, failed, passed, shown
from grading.fragments import mismatches
from grading.helpers import ScenarioView
from grading.spec_parts import NO_CONNECTION, Client, DnsCheck, HttpCheck, HttpExpectation, TcpCheck
from labs.core.probes import ClientIdentity, DnsQuery, HttpRequest, ProbeAnswer, ProbeOutcome, TcpDial

OUTCOMES = {
    ProbeOutcome.ANSWERED: Words("answered", "hubo respuesta"),
    ProbeOutcome.REFUSED: Words("connection refused", "conexión rechazada"),
    ProbeOutcome.TIMED_OUT: Words("no answer in time", "sin respuesta a tiempo"),
    ProbeOutcome.RESET: Words("connection reset", "conexión cortada"),
    ProbeOutcome.NAME_UNKNOWN: Words("the name does not resolve", "el nombre no se resuelve"),
    ProbeOutcome.NO_RESOLVER: Words("nobody resolves names", "nadie resuelve nombres"),
    ProbeOutcome.FAILED: Words("the connection failed", "la conexión falló"),
}
BODY_CHARACTERS = 160
"""So much of a body is shown: enough to tell who answered."""
BATCH = 30
"""Requests for each question to the prober, after a first single one: where that hangs, the rest is not tried."""
_FLOAT_SLACK = 1e-9


def http_finding(check: HttpCheck, view: ScenarioView) -> Finding:
    """Whether at least `share` of the `repeat` answers are as expected."""
    needed = max(1, math.ceil(check.share * check.repeat - _FLOAT_SLACK))
    answers = _http_answers(check, view, needed)
    deviations = [deviation for answer in answers if (deviation := _deviation(check.expect, answer))]
    good = len(answers) - len(deviations)
    what = f"{check.method} {check.url}"
    several = check.repeat > 1
    expected = f"{needed}/{check.repeat}: {_http_expected(check.expect)}" if several else _http_expected(check.expect)
    if good >= needed:
        seen = _http_seen(answers[0])
        tally = Words(f" ({good} of {check.repeat})", f" ({good} de {check.repeat})") if several else Words("", "")
        return passed(
            en=f"{what}: {seen.en}{tally.en}", es=f"{what}: {seen.es}{tally.es}", expected=expected, actual=seen.en
        )
    ranked = Counter(deviations).most_common(3)
    usual = ranked[0][0]
    bad = Words(f"{len(deviations)} of {len(answers)} requests: ", f"{len(deviations)} de {len(answers)} peticiones: ")
    return failed(
        en=f"{what}: {bad.en if several else ''}{usual.en}",
        es=f"{what}: {bad.es if several else ''}{usual.es}",
        expected=expected,
        actual="; ".join(f"{times}x {seen.en}" for seen, times in ranked) if several else usual.en,
    )


def _http_answers(check: HttpCheck, view: ScenarioView, needed: int) -> list[ProbeAnswer]:
    """The answers; fewer than `repeat` when the rest could not change the finding and would only time out."""
    headers = tuple(sorted(check.headers.items()))
    request = HttpRequest(check.url, check.method, headers, check.body, check.timeout_seconds)
    answers: list[ProbeAnswer] = []
    while len(answers) < check.repeat:
        batch = min(BATCH, check.repeat - len(answers)) if answers else 1
        answers += view.ask([request] * batch, client=_identity(check.client))
        bad = sum(_deviation(check.expect, answer) is not None for answer in answers)
        hangs = any(answer.outcome is ProbeOutcome.TIMED_OUT for answer in answers)
        if hangs and check.repeat - bad < needed:
            break
    return answers


def dns_finding(check: DnsCheck, view: ScenarioView) -> Finding:
    """Whether the name resolves for the client, as it should or should not."""
    query = DnsQuery(check.name, check.timeout_seconds)
    (answer,) = view.ask([query], client=_identity(check.client))
    resolved = answer.outcome is ProbeOutcome.ANSWERED and bool(answer.addresses)
    if check.resolves:
        good = resolved and (not check.addresses or set(check.addresses) == set(answer.addresses))
    else:
        # A resolver that does not answer says nothing about the name.
        good = answer.outcome is ProbeOutcome.NAME_UNKNOWN or (
            answer.outcome is ProbeOutcome.ANSWERED and not answer.addresses
        )
    seen = Words(*[", ".join(sorted(answer.addresses))] * 2) if resolved else _outcome(answer)
    make = passed if good else failed
    return make(
        en=f"{check.name}: {seen.en}",
        es=f"{check.name}: {seen.es}",
        expected=(", ".join(check.addresses) or "resolves") if check.resolves else "does not resolve",
        actual=seen.en,
    )


def tcp_finding(check: TcpCheck, view: ScenarioView) -> Finding:
    """Whether the client gets a connection, as it should or should not."""
    dial = TcpDial(check.host, check.port, check.timeout_seconds)
    (answer,) = view.ask([dial], client=_identity(check.client))
    wanted = answer.outcome is ProbeOutcome.ANSWERED if check.open else answer.outcome in NO_CONNECTION
    make = passed if wanted else failed
    return make(
        en=f"{check.host}:{check.port}: {_outcome(answer).en}",
        es=f"{check.host}:{check.port}: {_outcome(answer).es}",
        expected="open" if check.open else "refused",
        actual=_outcome(answer).en,
    )


def _identity(client: Client | None) -> ClientIdentity | None:
    return client.identity if client else None


def _deviation(expect: HttpExpectation, answer: ProbeAnswer) -> Words | None:
    """What the client saw instead of what it should; None when it is as expected."""
    if expect.refused:
        return None if answer.outcome in NO_CONNECTION else _http_seen(answer)
    good = (
        answer.outcome is ProbeOutcome.ANSWERED
        and (not expect.statuses or answer.status in expect.statuses)
        and (expect.body_contains is None or expect.body_contains in answer.body)
        and (expect.body_equals is None or expect.body_equals == answer.body)
    )
    if not good:
        return _http_seen(answer)
    return _json_deviation(expect, answer) if "body_json" in expect.model_fields_set else None


def _json_deviation(expect: HttpExpectation, answer: ProbeAnswer) -> Words | None:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        seen = _http_seen(answer)
        return Words(f"{seen.en} (not JSON)", f"{seen.es} (no es JSON)")
    places = "; ".join(f"{miss.path or 'body'}: {shown(miss.actual)}" for miss in mismatches(expect.body_json, body))
    return Words(places, places) if places else None


def _http_expected(expect: HttpExpectation) -> str:
    if expect.refused:
        return "refused"
    parts = ["status " + "|".join(map(str, expect.statuses))] if expect.statuses else []
    if expect.body_contains is not None:
        parts.append(f"body contains {expect.body_contains!r}")
    if expect.body_equals is not None:
        parts.append(f"body equals {expect.body_equals!r}")
    if "body_json" in expect.model_fields_set:
        parts.append(f"JSON contains {shown(expect.body_json)}")
    return ", ".join(parts)


def _http_seen(answer: ProbeAnswer) -> Words:
    if answer.outcome is not ProbeOutcome.ANSWERED:
        return _outcome(answer)
    body = answer.body.strip()
    start = body if len(body) <= BODY_CHARACTERS else f"{body[:BODY_CHARACTERS]}…"
    tail = f": {start}" if start else ""
    return Words(f"status {answer.status}{tail}", f"estado {answer.status}{tail}")


def _outcome(answer: ProbeAnswer) -> Words:
    words = OUTCOMES[answer.outcome]
    if answer.outcome is ProbeOutcome.FAILED and answer.detail:
        return Words(f"{words.en}: {answer.detail}", f"{words.es}: {answer.detail}")
    return words
