import base64
import os

import pytest
import yaml

from labs.core.errors import InputError
from provisioner.kubernetes.credentials import Credentials, candidate_kubeconfig, credentials, tls_context


def kubeconfig(user: dict[str, str], server: str = "https://10.0.0.1:6443") -> str:
    return yaml.safe_dump(
        {
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def test_certificates_as_data() -> None:
    found = credentials(
        kubeconfig(
            {
                "client-certificate-data": base64.b64encode(b"CERT").decode(),
                "client-key-data": base64.b64encode(b"KEY").decode(),
            }
        )
    )
    assert (found.certificate, found.key, found.server) == ("CERT", "KEY", "https://10.0.0.1:6443")


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "a: b", "current-context: none", kubeconfig({}), kubeconfig({"client-key-data": "%%%"})]
)
def test_what_is_no_kubeconfig_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        credentials(text)


def test_the_candidate_gets_the_same_server_and_their_token_only() -> None:
    admin = Credentials("https://10.0.0.1:6443", authority="CA", certificate="CERT", key="KEY")
    text = candidate_kubeconfig(admin, token="T", namespace="shop")  # noqa: S106
    found = credentials(text)
    assert found == Credentials("https://10.0.0.1:6443", authority="CA", token="T")  # noqa: S106
    assert "KEY" not in text
    assert yaml.safe_load(text)["contexts"][0]["context"]["namespace"] == "shop"


def test_keys_leave_no_file_behind(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    with pytest.raises(OSError, match="PEM"):
        tls_context(Credentials("https://x", authority="", certificate="no PEM", key="no PEM"))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    assert not os.listdir(str(tmp_path))  # noqa: PTH208
