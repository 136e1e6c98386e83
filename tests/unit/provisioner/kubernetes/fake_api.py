"""A small imitation of an API server over plain HTTP: objects by path, and faults on demand."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]
PLURALS = {"pods", "services", "rolebindings", "clusterrolebindings", "namespaces"}


@dataclass
class FakeApi:
    """Objects by REST path. `planned` answers come first: a status and body, or an exception to drop the connection."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    planned: list[Answer | type[ConnectionError] | bytes] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, list[str]], Any]] = field(default_factory=list)
    on_create: Callable[[dict[str, Any]], None] = lambda _: None
    port: int = 0

    @property
    def kubeconfig(self) -> str:
        return json.dumps(
            {
                "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}],
                "users": [{"name": "u", "user": {"token": "secret-token"}}],
                "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
                "current-context": "x",
            }
        )

    def calls(self, method: str) -> list[str]:
        return [path for verb, path, _, _ in self.requests if verb == method]

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer | Iterator[bytes]:
        if method == "GET":
            return self._get(path, query)
        if method == "PATCH":
            self.objects.setdefault(path, {}).update(_stamped(body))
            return 200, self.objects[path]
        if method == "POST":
            return self._post(path, body)
        found = [key for key in self.objects if key == path or key.startswith(f"{path}/")]
        for key in found:
            del self.objects[key]
        return (200, {"kind": "Status"}) if found else _not_found(path)

    def _post(self, path: str, body: Any) -> Answer:
        if path.endswith("/token"):
            return 201, {"status": {"token": "candidate-token"}}
        key = f"{path}/{body['metadata']['name']}"
        if key in self.objects:
            return 409, {"kind": "Status", "reason": "AlreadyExists", "message": "already exists"}
        self.objects[key] = _stamped(body)
        self.on_create(self.objects[key])
        return 201, self.objects[key]

    def _get(self, path: str, query: dict[str, list[str]]) -> Answer | Iterator[bytes]:
        if path in self.objects:
            return 200, self.objects[path]
        plural = path.rsplit("/", 1)[1]
        inside = "/namespaces/" in path
        items = [
            item
            for key, item in self.objects.items()
            if key.rsplit("/", 2)[1] == plural and (not inside or key.startswith(f"{path}/"))
        ]
        if "watch" in query:
            return (json.dumps({"type": "MODIFIED", "object": item}).encode() + b"\n" for item in items)
        is_collection = plural in PLURALS
        return (200, {"items": items}) if is_collection else _not_found(path)


def _stamped(body: Any) -> dict[str, Any]:
    metadata = {"uid": f"uid-{body['metadata']['name']}", "resourceVersion": "1", **body["metadata"]}
    return {**body, "metadata": metadata}


def _not_found(path: str) -> Answer:
    return 404, {"kind": "Status", "reason": "NotFound", "message": f"{path} not found"}


@contextmanager
def running(api: FakeApi) -> Iterator[FakeApi]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # one packet an answer: Nagle and delayed acknowledgements cost 40 ms

        def log_message(self, *_: Any) -> None:
            pass

        def do(self) -> None:
            place = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            query = parse_qs(place.query)
            api.requests.append((self.command, place.path, query, body))
            if api.planned:
                plan = api.planned.pop(0)
                if isinstance(plan, type):
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                if isinstance(plan, bytes):
                    self._send(200, plan)
                else:
                    self._send(plan[0], plan[1] if isinstance(plan[1], bytes) else json.dumps(plan[1]).encode())
                return
            answer = api.answer(self.command, place.path, query, body)
            if isinstance(answer, tuple):
                self._send(answer[0], json.dumps(answer[1]).encode())
            else:
                self._send(200, b"".join(answer))

        def _send(self, status: int, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = do  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    api.port = server.server_address[1]
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


__all__ = ["FakeApi", "free_port", "running"]
