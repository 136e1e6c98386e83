"""Certificates for templates, checked by TLS itself."""

import socket
import ssl
import threading
from base64 import b64decode
from pathlib import Path

import pytest

from labs.catalogue.certificates import Authority, Certificate
from labs.catalogue.rendering import RenderingError, rendered_text

NAMES = ["policy.ops.svc", "policy.ops"]


def refused_for(tmp_path: Path, served: Certificate, trusted: Authority, name: str) -> str:
    """Why a client does not trust the server; empty when it does."""
    chain = tmp_path / "chain.pem"
    chain.write_text(served.key + served.cert)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    client = ssl.create_default_context(cadata=trusted.cert)
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            server.wrap_socket(theirs, server_side=True).close()
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        client.wrap_socket(ours, server_hostname=name).close()
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    finally:
        ours.close()
        thread.join()
    return ""


def test_a_client_that_trusts_the_authority_trusts_what_it_issued(tmp_path: Path) -> None:
    ours, others = Authority("word", "Platform"), Authority("other", "Platform")
    good = ours.issue("word", NAMES)
    assert refused_for(tmp_path, good, ours, "policy.ops") == ""
    assert refused_for(tmp_path, good, others, "policy.ops")
    assert "Hostname mismatch" in refused_for(tmp_path, good, ours, "policy.web.svc")
    expired = ours.issue("word", NAMES, until="2024-06-01")
    assert "expired" in refused_for(tmp_path, expired, ours, "policy.ops")


def test_the_same_seed_gives_the_same_bytes() -> None:
    text = (
        '{% set ca = authority(word, "CA") %}{{ ca.issue(word, ["a.b"]).cert | b64encode }} {{ ca.cert | b64encode }}'
    )
    once, again = (rendered_text(text, {"word": "one"}) for _ in range(2))
    assert once == again
    assert once != rendered_text(text, {"word": "two"})
    assert b64decode(once.split()[0]).startswith(b"-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize("call", ["issue(word, [])", 'issue(word, ["a"], until="never")'])
def test_nonsense_is_told_as_a_problem_of_the_template(call: str) -> None:
    with pytest.raises(RenderingError):
        rendered_text('{{ authority(word, "CA").' + call + " }}", {"word": "one"})
