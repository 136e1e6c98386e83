import base64
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from labs.core.errors import UnreachableError
from labs.core.probes import ExecRequest
from provisioner.kubernetes.credentials import Credentials
from provisioner.kubernetes.execute import OUTPUT_MAX_BYTES, TIMED_OUT_EXIT_CODE, Session, execute
from provisioner.kubernetes.transport import Transport

REQUEST = ExecRequest("shop", "web", ("ls", "-l"), container="c", timeout_seconds=2.0)
SUCCESS = json.dumps({"status": "Success"}).encode()
EXIT_3 = json.dumps(
    {"status": "Failure", "reason": "NonZeroExitCode", "details": {"causes": [{"reason": "ExitCode", "message": "3"}]}}
).encode()
NOT_STARTED = json.dumps({"status": "Failure", "reason": "InternalError", "message": "no such file"}).encode()


def frame(channel: int, data: bytes) -> bytes:
    payload = bytes([channel]) + data
    size = len(payload)
    if size < 126:
        return bytes([0x82, size]) + payload
    length = bytes([126]) + size.to_bytes(2) if size < 65536 else bytes([127]) + size.to_bytes(8)
    return bytes([0x82]) + length + payload


@contextmanager
def pod(frames: bytes, *, hang: bool = False, refuse: bool = False) -> Iterator[Transport]:
    """A server that upgrades one connection and says `frames`."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen: list[str] = []
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(4096)
            seen.append(request.decode())
            if refuse:
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            key = request.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
            accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324
            connection.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Protocol: v5.channel.k8s.io\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n" + frames
            )
            if hang:
                over.wait(5)

    thread = threading.Thread(target=serve)
    thread.start()
    transport = Transport(Credentials(f"http://127.0.0.1:{listener.getsockname()[1]}", token="t"))  # noqa: S106
    try:
        yield transport
    finally:
        over.set()
        thread.join()
        listener.close()
        transport.close()
    assert "/api/v1/namespaces/shop/pods/web/exec?" in seen[0]
    assert "command=ls&command=-l&container=c" in seen[0]


def test_output_and_success() -> None:
    with pod(frame(1, b"out") + frame(2, b"err") + frame(1, b"put") + frame(3, SUCCESS)) as transport:
        answer = execute(transport, REQUEST)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "output", "err")


def test_exit_code() -> None:
    with pod(frame(3, EXIT_3)) as transport:
        assert execute(transport, REQUEST).exit_code == 3


def test_output_is_cut() -> None:
    with pod(frame(1, b"x" * 60000) * 3 + frame(3, SUCCESS)) as transport:
        assert len(execute(transport, REQUEST).stdout) == OUTPUT_MAX_BYTES


def test_a_command_that_does_not_end_is_evidence() -> None:
    request = ExecRequest("shop", "web", ("ls", "-l"), container="c", timeout_seconds=0.2)
    with pod(frame(1, b"partly"), hang=True) as transport:
        answer = execute(transport, request)
    assert (answer.exit_code, answer.stdout) == (TIMED_OUT_EXIT_CODE, "partly")


@pytest.mark.parametrize("frames", [frame(3, NOT_STARTED), frame(3, b"nonsense"), frame(3, b"[]"), b"\x88\x00", b""])
def test_what_was_not_run_to_its_end_is_unreachable(frames: bytes) -> None:
    with pod(frames) as transport, pytest.raises(UnreachableError):
        execute(transport, REQUEST)


def test_a_refusal_is_unreachable() -> None:
    with pod(b"", refuse=True) as transport, pytest.raises(UnreachableError, match="403"):
        execute(transport, REQUEST)


def test_nobody_there_is_unreachable() -> None:
    transport = Transport(Credentials("http://127.0.0.1:1", token="t"))  # noqa: S106
    with pytest.raises(UnreachableError) as caught:
        execute(transport, REQUEST)
    assert caught.value.__cause__ is not None


def ask(transport: Transport, limit: int = 1000) -> str:
    session = Session(transport, REQUEST)
    try:
        return session.ask("question", timeout_seconds=0.5, answer_max_bytes=limit)
    finally:
        session.close()


def test_a_session_answers_a_line_with_a_line() -> None:
    with pod(frame(1, b"ans") + frame(2, b"noise") + frame(1, b"wer\n"), hang=True) as transport:
        assert ask(transport) == "answer"


@pytest.mark.parametrize(
    "frames", [frame(1, b"half"), frame(3, SUCCESS), b"\x88\x00", b"\x82\x00", frame(1, b"x" * 2000)]
)
def test_a_session_without_a_whole_answer_is_unreachable(frames: bytes) -> None:
    with pod(frames, hang=True) as transport, pytest.raises(UnreachableError):
        ask(transport)
