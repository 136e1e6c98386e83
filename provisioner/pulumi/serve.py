"""`pulumi-resource-taller`: the provider as a plugin of its own, for `pulumi up` by hand."""

import asyncio
import signal
import sys

from provisioner.kubernetes.sandbox import KubernetesSandbox
from provisioner.pulumi.kinds import kinds
from provisioner.pulumi.provider import TallerProvider
from provisioner.pulumi.server import start


def main() -> None:
    """The provider serves until Pulumi ends it; the first line of stdout is its port, as Pulumi expects.

    Called by Pulumi with the engine's address as the only argument that matters.
    """
    address = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    asyncio.run(_serve(address))


async def _serve(engine_address: str) -> None:
    from provisioner.engines import engine  # noqa: PLC0415 - the engines are slow to import

    server, port = await start(TallerProvider(kinds(engine, KubernetesSandbox)), engine_address=engine_address)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await ended.wait()
    await server.stop(grace=1)
