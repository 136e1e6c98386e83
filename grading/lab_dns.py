"""Whether the lab's own DNS was there: without it nobody reaches anything by name, whatever the candidate did."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from labs.core.ports import ClusterReader
from labs.core.probes import DnsQuery, HttpRequest, NetworkProbe, ProbeAnswer, ProbeOutcome

NAMESPACE = "kube-system"
"""Candidates have no rights there, but for scenarios whose scope it is."""
_OF_DNS = "kubernetes.io/service-name=kube-dns"
_SAID_BY_DNS = frozenset({ProbeOutcome.ANSWERED, ProbeOutcome.NAME_UNKNOWN})


def was_needed(probes: Sequence[NetworkProbe], answers: Sequence[ProbeAnswer]) -> bool:
    """Whether a probe that asked for a name may have failed for want of DNS."""
    return any(
        answer.outcome not in _SAID_BY_DNS and _asks_a_name(probe)
        for probe, answer in zip(probes, answers, strict=False)
    )


def refused(answers: Sequence[ProbeAnswer]) -> bool:
    """Whether DNS sent a client away, as no NetworkPolicy does: those drop. Its endpoints may be ready all the same."""
    return any(answer.outcome is ProbeOutcome.NO_RESOLVER for answer in answers)


def is_gone(reader: ClusterReader) -> bool:
    """Whether DNS has a Service, and no endpoint of it is ready."""
    slices = reader.list("discovery.k8s.io/v1", "EndpointSlice", namespace=NAMESPACE, labels=_OF_DNS)
    ready = [
        (endpoint.get("conditions") or {}).get("ready") for each in slices for endpoint in each.get("endpoints") or []
    ]
    return bool(slices) and not any(ready)


def _asks_a_name(probe: NetworkProbe) -> bool:
    if isinstance(probe, DnsQuery):
        return True
    return not is_address((urlsplit(probe.url).hostname or "") if isinstance(probe, HttpRequest) else probe.host)


def is_address(host: str) -> bool:
    """Whether the host of a URL is an IP address, for which no DNS is asked."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
