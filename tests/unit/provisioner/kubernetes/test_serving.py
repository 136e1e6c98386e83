"""When an API server's silence is evidence, and when it is ours."""

import socket
from contextlib import closing
from threading import Thread

import pytest

from labs.core.errors import UnreachableError
from provisioner.kubernetes.credentials import Credentials
from provisioner.kubernetes.serving import ask


def closed_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def credentials(port: int) -> Credentials:
    return Credentials(f"https://127.0.0.1:{port}", certificate="", key="")


def test_a_living_node_that_refuses_is_evidence() -> None:
    answer = ask(credentials(closed_port()), "/readyz", is_alive=lambda: True)
    assert answer.status == 0
    assert "refused" in answer.detail


def test_a_dead_node_says_nothing() -> None:
    with pytest.raises(UnreachableError, match="does not live"):
        ask(credentials(closed_port()), "/readyz", is_alive=lambda: False)


def test_what_is_no_tls_is_evidence() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with closing(connection):
                connection.recv(100)
                connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        thread = Thread(target=answer)
        thread.start()
        seen = ask(credentials(server.getsockname()[1]), "/readyz", is_alive=lambda: True)
        thread.join()
    assert seen.status == 0
    assert "TLS" in seen.detail
