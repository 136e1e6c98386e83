"""The certificate that the next pod will serve."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from labs.catalogue.certificates import Authority, Certificate
from labs.core.probes import ObjectRef
from tests.unit.scenarios.systems import CATALOGUE, System, system

SCENARIO = CATALOGUE["till_trusts_nobody"]
VARIANT = SCENARIO.draw("maria")
NS, APP, WORD = (str(VARIANT.parameters[name]) for name in ("ns", "app", "word"))
OURS, HOST = Authority(WORD, "Shops Root CA"), f"{APP}.{NS}.svc"
CHECK = "certificate-lasts"


def day(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


@pytest.fixture
def broken() -> System:
    return system(VARIANT, VARIANT.broken)


def serve(found: System, certificate: Certificate | str, name: str = f"{APP}-tls") -> None:
    text = certificate if isinstance(certificate, str) else certificate.cert
    found.sandbox.reader.put("v1", "Secret", name, NS, data={"tls.crt": b64encode(text.encode()).decode()})


def pod_spec(found: System) -> dict[str, Any]:
    spec: dict[str, Any] = found.deployment()["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("place", ["date", "name", "authority"])
def test_healthy_passes_and_every_fault_fails(place: str) -> None:
    variant = SCENARIO.variant({**VARIANT.parameters, "place": place})
    assert system(variant, variant.healthy).finding(CHECK).passed
    assert not system(variant, variant.broken).finding(CHECK).passed


@pytest.mark.parametrize("names", [[HOST], [f"*.{NS}.svc"], ["else", HOST]])
def test_any_certificate_of_the_company_for_the_name_is_right(broken: System, names: list[str]) -> None:
    serve(broken, OURS.issue("another", names, until=day(91)))
    assert broken.finding(CHECK).passed


@pytest.mark.parametrize(
    "certificate",
    [
        OURS.issue("x", [HOST], until=day(30)),
        OURS.issue("x", [APP]),
        OURS.issue("x", ["*.svc"]),
        Authority("stranger", "Shops Root CA").issue("x", [HOST]),
        OURS.cert,
        "no certificate",
    ],
)
def test_others_are_not(broken: System, certificate: Certificate | str) -> None:
    serve(broken, certificate)
    assert not broken.finding(CHECK).passed


@pytest.mark.parametrize(
    "volume",
    [{"secret": {"secretName": "renewed"}}, {"projected": {"sources": [{"secret": {"name": "renewed"}}]}}],
)
def test_the_secret_may_have_another_name(broken: System, volume: dict[str, Any]) -> None:
    serve(broken, OURS.issue("x", [HOST]), "renewed")
    pod_spec(broken)["volumes"] = [{"name": "tls", **volume}]
    assert broken.finding(CHECK).passed


@pytest.mark.parametrize("part", ["volumes", "secret", "deployment"])
def test_what_is_gone_fails(broken: System, part: str) -> None:
    serve(broken, OURS.issue("x", [HOST]))
    if part == "volumes":
        del pod_spec(broken)["volumes"]
    else:
        kind = ("v1", "Secret", f"{APP}-tls") if part == "secret" else ("apps/v1", "Deployment", APP)
        del broken.objects[ObjectRef(*kind, NS)]
    assert not broken.finding(CHECK).passed
