"""Running a command in a container: the API server's exec over a websocket.

Protocol: https://github.com/kubernetes/kubernetes/blob/v1.35.4/staging/src/k8s.io/apimachinery/pkg/util/remotecommand/constants.go
(channel byte, then data; channel 3 carries a Status at the end).
"""

import json
import time
from typing import Any
from urllib.parse import quote, urlencode

import websocket

from labs.core.errors import UnreachableError
from labs.core.probes import ExecAnswer, ExecRequest
from provisioner.kubernetes.transport import Transport

OUTPUT_MAX_BYTES = 64 * 1024
"""Per stream, for what candidates' programs say."""

TIMED_OUT_EXIT_CODE = 124
"""What timeout(1) says: the command was started and did not end in time, which is evidence."""

_STDIN, _STDOUT, _STDERR, _STATUS = range(4)
_LIBRARY_ERRORS = (websocket.WebSocketException, OSError, ValueError)


def execute(transport: Transport, request: ExecRequest, *, output_max_bytes: int = OUTPUT_MAX_BYTES) -> ExecAnswer:
    """Return the finished command's answer; each output is cut at `output_max_bytes`.

    A command that outlives its time gives exit code 124. Raises UnreachableError when it could not be started, or the
    connection broke before it ended.
    """
    deadline = time.monotonic() + request.timeout_seconds
    heard: dict[int, bytearray] = {_STDOUT: bytearray(), _STDERR: bytearray(), _STATUS: bytearray()}
    try:
        socket = _connected(transport, request)
        try:
            is_over = _listen(socket, heard, deadline, output_max_bytes)
        finally:
            socket.shutdown()  # type: ignore[no-untyped-call]
    except _LIBRARY_ERRORS as error:
        raise UnreachableError(f"exec in {request.namespace}/{request.pod}: {error}") from error
    exit_code = _exit_code(bytes(heard[_STATUS]), request) if is_over else TIMED_OUT_EXIT_CODE
    return ExecAnswer(exit_code, *(bytes(heard[c]).decode(errors="replace") for c in (_STDOUT, _STDERR)))


class Session:
    """A running command that is given lines and answers each with one. For our own programs, in pods of our own.

    Any trouble raises UnreachableError and leaves the session of no further use.
    """

    def __init__(self, transport: Transport, request: ExecRequest) -> None:
        """The command runs; `request.timeout_seconds` is for its start."""
        self._place = f"exec in {request.namespace}/{request.pod}"
        try:
            self._socket = _connected(transport, request, stdin=True)
        except _LIBRARY_ERRORS as error:
            raise UnreachableError(f"{self._place}: {error}") from error

    def ask(self, line: str, *, timeout_seconds: float, answer_max_bytes: int) -> str:
        """The command's answer to a line, without its line feed."""
        deadline = time.monotonic() + timeout_seconds
        heard, errors = bytearray(), bytearray()
        try:
            self._socket.send_binary(bytes([_STDIN]) + line.encode() + b"\n")
            while not heard.endswith(b"\n"):
                self._socket.settimeout(max(0.01, deadline - time.monotonic()))
                opcode, data = self._socket.recv_data()
                if opcode == websocket.ABNF.OPCODE_CLOSE or (data and data[0] == _STATUS):
                    raise UnreachableError(f"{self._place}: it ended: {bytes(errors[-300:]).decode(errors='replace')}")
                stream = heard if data[0] == _STDOUT else errors
                stream += data[1:]
                if len(heard) + len(errors) > answer_max_bytes:
                    raise UnreachableError(f"{self._place}: the answer is larger than {answer_max_bytes} bytes.")
        except (*_LIBRARY_ERRORS, IndexError) as error:
            raise UnreachableError(f"{self._place}: {error}") from error
        return heard.decode(errors="replace").rstrip("\n")

    def close(self) -> None:
        """The connection is closed, and the command with it."""
        self._socket.shutdown()  # type: ignore[no-untyped-call]


def _connected(transport: Transport, request: ExecRequest, *, stdin: bool = False) -> websocket.WebSocket:
    server = transport.credentials.server.replace("http", "ws", 1)
    query = [("stdout", "1"), ("stderr", "1"), *(("command", word) for word in request.command)]
    if request.container:
        query.append(("container", request.container))
    if stdin:
        query.append(("stdin", "1"))
    path = f"/api/v1/namespaces/{quote(request.namespace, safe='')}/pods/{quote(request.pod, safe='')}/exec"
    return websocket.create_connection(
        f"{server}{path}?{urlencode(query)}",
        timeout=max(5.0, request.timeout_seconds),
        header=[f"{name}: {value}" for name, value in transport.headers.items()],
        subprotocols=["v5.channel.k8s.io", "v4.channel.k8s.io"],
        suppress_origin=True,
        sslopt={"context": transport.tls} if transport.tls else {},
        http_no_proxy=["*"],
    )


def _listen(socket: websocket.WebSocket, heard: dict[int, bytearray], deadline: float, limit: int) -> bool:
    """Collect output; whether the command ended before the deadline."""
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        socket.settimeout(left)
        try:
            opcode, data = socket.recv_data()
        except websocket.WebSocketTimeoutException:
            return False
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return True
        if len(data) > 1 and data[0] in heard:
            stream = heard[data[0]]
            stream += data[1 : 1 + max(0, limit - len(stream))]
            if data[0] == _STATUS:
                return True


def _exit_code(status: bytes, request: ExecRequest) -> int:
    place = f"exec in {request.namespace}/{request.pod}"
    try:
        document: dict[str, Any] = json.loads(status)
        if document["status"] == "Success":
            return 0
        if document.get("reason") == "NonZeroExitCode":
            causes = document["details"]["causes"]
            return next(int(c["message"]) for c in causes if c["reason"] == "ExitCode")
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise UnreachableError(f"{place}: the command's end was not told ({status[:200]!r}).") from error
    raise UnreachableError(f"{place}: {document.get('message', status[:200])}")
