"""A kubeconfig's text taken apart. Keys never touch a disk: OpenSSL reads them through an anonymous memory file."""

import base64
import binascii
import os
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from labs.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where an API server is and how to be somebody there. Everything here but `server` may be a secret."""

    server: str
    """`https://host:port` (or `http://`, in tests)."""
    authority: str = ""
    """PEM text of the certificate authority."""
    certificate: str = ""
    key: str = ""
    token: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether the server speaks HTTP without TLS."""
        return urlsplit(self.server).scheme == "http"


def credentials(kubeconfig: str) -> Credentials:
    """Return the current context of `kubeconfig` (YAML text).

    Client certificates and tokens are understood, as data or as files; `exec` plugins and passwords are not.
    Raises InputError when the text is not such a kubeconfig.
    """
    try:
        document = yaml.safe_load(kubeconfig)
        contexts = _named(document["contexts"])
        context = contexts[document["current-context"]]["context"]
        cluster = _named(document["clusters"])[context["cluster"]]["cluster"]
        user = _named(document["users"])[context["user"]]["user"]
        found = Credentials(
            server=str(cluster["server"]).rstrip("/"),
            authority=_pem(cluster, "certificate-authority"),
            certificate=_pem(user, "client-certificate"),
            key=_pem(user, "client-key"),
            token=str(user.get("token", "")),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError, binascii.Error, OSError) as error:
        raise InputError(f"The kubeconfig cannot be read: {error!r}.", hint="Is it a whole kubeconfig?") from error
    if not found.token and not found.certificate and not found.is_plain:
        raise InputError(
            "The kubeconfig has neither a client certificate nor a token.",
            hint="Write one with `kubectl create token`; exec plugins are not supported.",
        )
    return found


def tls_context(found: Credentials) -> ssl.SSLContext:
    """Return a context that trusts the lab's authority only and shows the client certificate, if there is one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if found.authority:
        context.load_verify_locations(cadata=found.authority)
    else:
        context.load_default_certs()
    if found.certificate:
        descriptor = os.memfd_create("client", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, f"{found.certificate}\n{found.key}".encode())
            context.load_cert_chain(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)
    return context


def candidate_kubeconfig(admin: Credentials, *, token: str, namespace: str) -> str:
    """Return kubeconfig text for the bearer of `token` at the same server. A secret."""
    cluster = {"server": admin.server}
    if admin.authority:
        cluster["certificate-authority-data"] = base64.b64encode(admin.authority.encode()).decode()
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": cluster}],
        "users": [{"name": "candidate", "user": {"token": token}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "candidate", "namespace": namespace}}],
        "current-context": "lab",
    }
    return yaml.safe_dump(document, sort_keys=False)


def _named(entries: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {entry["name"]: entry for entry in entries}


def _pem(section: Mapping[str, Any], key: str) -> str:
    if data := section.get(f"{key}-data"):
        return base64.b64decode(data, validate=True).decode()
    if path := section.get(key):
        return Path(path).read_text(encoding="utf-8")
    return ""
