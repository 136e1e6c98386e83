"""An emulated account on loopback, in a process of its own: moto keeps its state, and our judge, in module globals."""

import json
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labs.core.aws import AwsAdmin

READY_SECONDS = 30.0


@contextmanager
def emulated_account(directory: Path, *, account: str = "482913007716") -> Iterator[AwsAdmin]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    admin = AwsAdmin(f"http://127.0.0.1:{port}", account, "eu-west-1", secrets.token_hex(8))
    config = directory / f"account-{port}.json"
    config.write_text(json.dumps({"port": port, "account": account, "region": admin.region, "token": admin.token}))
    command = [sys.executable, "-m", "provisioner.emulated.incell", str(config)]
    with (
        (directory / f"server-{port}.log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as server,
    ):
        try:
            assert server.stdout is not None
            assert json.loads(server.stdout.readline())["event"] == "ready"
            yield admin
        finally:
            server.kill()
