"""A piece of network outside the labs: a namespace of the tests' own, so that no packet leaves this host."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

METADATA = "169.254.169.254"
ELSEWHERE = "198.51.100.9"
"""From a range for documentation: nobody's (RFC 5737)."""
PORT = 8099
_NAME, _LINK, _GATEWAY = "taller-outside", "tout0", "198.51.100.1"
_FORWARD = Path("/proc/sys/net/ipv4/ip_forward")


def _ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, capture_output=True)


@contextmanager
def outside(program: Path) -> Iterator[None]:
    """The host forwards, and METADATA and ELSEWHERE are reached through it; something serves on PORT there."""
    forwarded = _FORWARD.read_text()
    _ip("netns", "del", _NAME, check=False)
    _ip("netns", "add", _NAME)
    try:
        _ip("link", "add", _LINK, "type", "veth", "peer", "name", "eth0", "netns", _NAME)
        _ip("addr", "add", f"{_GATEWAY}/24", "dev", _LINK)
        _ip("link", "set", _LINK, "up")
        for words in (
            ["addr", "add", f"{ELSEWHERE}/24", "dev", "eth0"],
            ["addr", "add", f"{METADATA}/32", "dev", "eth0"],
            ["link", "set", "eth0", "up"],
            ["route", "add", "default", "via", _GATEWAY],
        ):
            _ip("-n", _NAME, *words)
        _ip("route", "replace", f"{METADATA}/32", "dev", _LINK)
        _FORWARD.write_text("1")
        server = subprocess.Popen(["ip", "netns", "exec", _NAME, program, "serve", str(PORT)], stdout=subprocess.PIPE)
        try:
            assert server.stdout
            assert server.stdout.readline() == b"listening\n"
            yield
        finally:
            server.kill()
            server.communicate()
    finally:
        _FORWARD.write_text(forwarded)
        _ip("route", "del", f"{METADATA}/32", check=False)
        _ip("netns", "del", _NAME, check=False)
        _ip("link", "del", _LINK, check=False)


class Listener:
    """TCP and UDP on every address of the host; counts what reaches it."""

    def __init__(self) -> None:
        self.connections: list[str] = []
        self.datagrams: list[str] = []
        self._tcp = socket.create_server(("0.0.0.0", 0))  # noqa: S104 - what must not be reached
        self.port: int = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("0.0.0.0", self.port))  # noqa: S104
        self._threads = [threading.Thread(target=each) for each in (self._accept, self._receive)]
        for thread in self._threads:
            thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._tcp.accept()
            except OSError:
                return
            connection.close()
            self.connections.append(peer[0])

    def _receive(self) -> None:
        while True:
            data, peer = self._udp.recvfrom(100)
            if data == b"end":
                return
            self.datagrams.append(peer[0])

    def close(self) -> None:
        self._udp.sendto(b"end", ("127.0.0.1", self.port))
        self._tcp.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        self._tcp.close()
        self._udp.close()
