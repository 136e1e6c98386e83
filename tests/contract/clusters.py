"""A lab's cluster as its administrator uses it: the real kubectl, and what an extension of Kubernetes needs."""

import base64
import datetime as dt
import json
import os
import shutil
import subprocess
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from provisioner.toolchain import tools
from tests.contract.labs import Target

BUSYBOX = "lab.local/busybox:1"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A lab, and a kubeconfig of its administrator."""

    target: Target
    kubeconfig: Path
    namespace: str = "default"

    def run(
        self, *args: str, text: str = "", check: bool = True, seconds: float = 90
    ) -> "subprocess.CompletedProcess[str]":
        """kubectl, with `text` on its standard input."""
        done = subprocess.run(
            self.argv(*args), input=text, capture_output=True, text=True, timeout=seconds, check=False, cwd="/tmp"
        )
        assert not check or done.returncode == 0, f"kubectl {' '.join(args)}: {done.stdout}{done.stderr}"
        return done

    def argv(self, *args: str) -> list[str]:
        return [str(tools.path("kubectl")), f"--kubeconfig={self.kubeconfig}", f"--namespace={self.namespace}", *args]

    def says(self, *args: str, text: str = "", seconds: float = 90) -> str:
        """Its standard output, when it succeeds."""
        return self.run(*args, text=text, seconds=seconds).stdout.strip()

    def refuses(self, *args: str, text: str = "") -> str:
        """Why it fails."""
        done = self.run(*args, text=text, check=False)
        assert done.returncode, f"kubectl {' '.join(args)} should have failed: {done.stdout}"
        return done.stderr

    def apply(self, manifest: str) -> None:
        self.run("apply", "-f", "-", text=textwrap.dedent(manifest))

    def get(self, *args: str) -> Any:
        return json.loads(self.says("get", *args, "-o", "json"))

    def wait(self, what: str, condition: str, *, seconds: int = 60) -> None:
        self.run("wait", what, f"--for={condition}", f"--timeout={seconds}s", seconds=seconds + 30)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Events about objects of that name."""
        found = self.get("events", f"--field-selector=involvedObject.name={name}")["items"]
        return [{"reason": each["reason"], "message": each["message"]} for each in found]


def until(look: Callable[[], Any], *, seconds: float = 60, every: float = 0.5) -> Any:
    """What `look` gives once it gives something; its last AssertionError, or an own, after that time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = look()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        else:
            if found:
                return found
            assert time.monotonic() < deadline, f"not so within {seconds} s: {found!r}"
        time.sleep(every)


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM texts."""

    certificate: str
    key: str

    @property
    def bundle(self) -> str:
        """As manifests hold it."""
        return base64.b64encode(self.certificate.encode()).decode()


def self_signed(*names: str) -> Certificate:
    """A certificate for a server of those names, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Certificate(_pem(built.public_bytes(serialization.Encoding.PEM)), _key_pem(key))


def signing_request(user: str, *groups: str, hosts: tuple[str, ...] = ()) -> Certificate:
    """A request for a certificate (in `certificate`), and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, user)])
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    request = builder.sign(key, hashes.SHA256())
    return Certificate(_pem(request.public_bytes(serialization.Encoding.PEM)), _key_pem(key))


def _pem(text: bytes) -> str:
    return text.decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def place_hooks(target: Target, directory: Path) -> None:
    """The program of tests/contract/hooks is in the node, at /opt/hooks."""
    program = directory / "hooks"
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": ""}
    source = Path(__file__).parent / "hooks" / "main.go"
    subprocess.run(["go", "build", "-trimpath", "-o", program, source], env=environment, check=True, timeout=280)
    placed = Path(f"/proc/{target.pid}/root/opt/hooks")
    shutil.copy(program, placed)
    placed.chmod(0o755)
