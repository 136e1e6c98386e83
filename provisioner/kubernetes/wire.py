"""The probe program's request and answer, as JSON. The other side: `toolchain/apps/internal/ask/wire.go`."""

import json
from collections.abc import Sequence
from typing import Any

from labs.core.errors import UnreachableError
from labs.core.probes import DnsQuery, HttpRequest, NetworkProbe, ProbeAnswer, ProbeOutcome, TcpDial


def request_json(probes: Sequence[NetworkProbe]) -> str:
    """Return what `probe ask` reads."""
    return json.dumps([_request(probe) for probe in probes], separators=(",", ":"))


def answers(text: str, expected: int) -> Sequence[ProbeAnswer]:
    """Return the answers in `text`. Raises UnreachableError unless it is a list of `expected` whole answers."""
    try:
        entries = json.loads(text)
        found = [_answer(entry) for entry in entries]
    except (ValueError, KeyError, TypeError) as error:
        raise UnreachableError(f"The probe's answer is unreadable: {text[:200]!r}") from error
    if len(found) != expected:
        raise UnreachableError(f"The probe gave {len(found)} answers to {expected} questions.")
    return found


def _request(probe: NetworkProbe) -> dict[str, Any]:
    if isinstance(probe, HttpRequest):
        return {
            "type": "http",
            "url": probe.url,
            "method": probe.method,
            "headers": [list(pair) for pair in probe.headers],
            "body": probe.body,
            "timeout_seconds": probe.timeout_seconds,
        }
    if isinstance(probe, DnsQuery):
        return {"type": "dns", "name": probe.name, "timeout_seconds": probe.timeout_seconds}
    dial: TcpDial = probe
    return {"type": "tcp", "host": dial.host, "port": dial.port, "timeout_seconds": dial.timeout_seconds}


def _answer(entry: dict[str, Any]) -> ProbeAnswer:
    return ProbeAnswer(
        outcome=ProbeOutcome(entry["outcome"]),
        detail=str(entry["detail"]),
        status=int(entry["status"]),
        headers=tuple((str(name), str(value)) for name, value in entry["headers"]),
        body=str(entry["body"]),
        addresses=tuple(str(address) for address in entry["addresses"]),
        elapsed_seconds=float(entry["elapsed_seconds"]),
    )
