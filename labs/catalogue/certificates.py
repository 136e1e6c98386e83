"""Certificates for templates: the same seed always gives the same keys and the same bytes.

Ed25519, since neither its keys nor its signatures need any chance, and because Go's TLS and openssl take it:
https://www.rfc-editor.org/rfc/rfc8410. They protect nothing but a sandbox: whoever knows the seed has the keys.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SINCE, UNTIL = "2024-03-01", "2124-03-01"
"""Fixed, so that nothing depends on the day on which a lab is made."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, both PEM."""

    cert: str
    key: str = field(repr=False)


class Authority:
    """A certificate authority of a template: `authority(word, "Name").issue(another, ["name.namespace.svc"])`."""

    def __init__(self, seed: object, name: str) -> None:
        self._key = _key(f"authority {seed} {name}")
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = _builder(self._name, self._name, self._key, f"{seed}{name}", SINCE, UNTIL)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.cert = _pem(builder.sign(self._key, None))
        self.key = _private(self._key)

    def issue(self, seed: object, names: Sequence[str], *, since: str = SINCE, until: str = UNTIL) -> Certificate:
        """A server's certificate for the names, valid from the one day to the other (`2024-05-01`).

        Raises ValueError for a day that is none.
        """
        if not names:
            raise ValueError("a certificate needs a name")
        key = _key(f"leaf {seed} {' '.join(names)} {since} {until}")
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
        builder = _builder(subject, self._name, key, f"{seed}{names}{until}", since, until)
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return Certificate(_pem(builder.sign(self._key, None)), _private(key))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Ed25519PrivateKey, seed: str, *days: str
) -> x509.CertificateBuilder:
    since, until = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days)
    serial = int.from_bytes(hashlib.sha256(f"serial {seed}".encode()).digest()[:16], "big") >> 1
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial or 1)
        .not_valid_before(since)
        .not_valid_after(until)
    )


def _key(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _private(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
