"""The certificate that the next pod will serve."""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import gone
from labs.core.probes import ObjectRef

LEAST_DAYS = 90
GRACE_DAYS = 1
"""A certificate made for 90 days when the lab began is good for a little less when it is graded."""


@check("certificate-lasts")
def certificate_lasts(view: ScenarioView) -> Finding:
    """Signed by the company's authority, for the name, for long enough."""
    namespace, app = str(view.parameters["ns"]), str(view.parameters["app"])
    ref = ObjectRef("apps/v1", "Deployment", app, namespace)
    deployment = view.reader.get(ref)
    if deployment is None:
        return gone(ref)
    certificate = _read(view, _secret(deployment["spec"]["template"]["spec"]))
    # As it was at the hand-over: a changed authority is another matter, and caught as such.
    before = view.baseline.object(ObjectRef("v1", "ConfigMap", "company-ca", namespace)) or {}
    if certificate is None:
        return _failed("There is no certificate that could be read.", "a certificate", "none")
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(before["data"]["ca.crt"].encode()))
    except (ValueError, TypeError, InvalidSignature):
        return _failed("The company did not sign the certificate.", "signed by company-ca", _issuer(certificate))
    if message := _wrong_name(certificate, f"{app}.{namespace}.svc"):
        return _failed("The certificate is for another name.", f"{app}.{namespace}.svc", message)
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    if left < timedelta(days=LEAST_DAYS - GRACE_DAYS):
        return _failed("The certificate does not last.", f"{LEAST_DAYS} days", f"{left.days} days")
    return passed(en="The certificate is the company's, and lasts.", es="El certificado es de la empresa y dura.")


def _secret(pod_spec: Mapping[str, Any]) -> str:
    """The Secret behind the file that the program is told to serve; empty where it is none."""
    container = next((c for c in pod_spec["containers"] if c["name"] == "app"), pod_spec["containers"][0])
    files = {item["name"]: str(item.get("value", "")) for item in container.get("env") or []}
    place = files.get("TLS_CERT", "").rpartition("/")[0]
    mounts = {m["mountPath"].rstrip("/"): m["name"] for m in container.get("volumeMounts") or []}
    volumes = {volume["name"]: volume for volume in pod_spec.get("volumes") or []}
    volume: Mapping[str, Any] = volumes.get(mounts.get(place, ""), {})
    sources = [volume.get("secret") or {}, *(each.get("secret") or {} for each in _projected(volume))]
    return next((name for each in sources if (name := str(each.get("secretName") or each.get("name") or ""))), "")


def _projected(volume: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return (volume.get("projected") or {}).get("sources") or []


def _read(view: ScenarioView, name: str) -> x509.Certificate | None:
    secret = view.reader.get(ObjectRef("v1", "Secret", name, str(view.parameters["ns"]))) if name else None
    try:
        return x509.load_pem_x509_certificate(b64decode(((secret or {}).get("data") or {}).get("tls.crt", "")))
    except (ValueError, binascii.Error):
        return None


def _wrong_name(certificate: x509.Certificate, host: str) -> str:
    """The names of a certificate that is not for the host; empty when it is."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return "no subjectAltName"
    given = names.get_values_for_type(x509.DNSName)
    return "" if host in given or f"*.{host.partition('.')[2]}" in given else ", ".join(given) or "none"


def _issuer(certificate: x509.Certificate) -> str:
    return f"issuer {certificate.issuer.rfc4514_string()[:100]}"


def _failed(en: str, expected: str, actual: str) -> Finding:
    return failed(en=en, es="El certificado no es el que debería ser.", expected=expected, actual=actual)
