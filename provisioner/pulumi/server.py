"""The provider served over gRPC, inside this process or as a plugin of its own."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import grpc.aio
from google.protobuf import empty_pb2
from pulumi.provider.experimental.provider import Provider
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime import proto
from pulumi.runtime.proto import provider_pb2_grpc

from provisioner.pulumi.provider import VERSION

MESSAGE_MAX_BYTES = 400 * 1024 * 1024
"""What Pulumi's own engine allows itself (`rpc.go`)."""

_OPTIONS = [
    ("grpc.max_receive_message_length", MESSAGE_MAX_BYTES),
    ("grpc.max_send_message_length", MESSAGE_MAX_BYTES),
]


class AttachableServicer(ProviderServicer):
    """Pulumi's Python servicer, plus the call by which the CLI attaches to a running provider."""

    async def Attach(self, request: object, context: object) -> empty_pb2.Empty:  # noqa: N802
        """Nothing to do: results go back in answers, logs to our own stderr."""
        del request, context
        return empty_pb2.Empty()

    async def Handshake(self, request: object, context: object) -> proto.ProviderHandshakeResponse:  # noqa: N802
        """The servicer has no such call and would log a traceback; the engine does without an answer's contents."""
        del request, context
        return proto.ProviderHandshakeResponse(accept_secrets=True)

    async def DiffConfig(self, request: object, context: object) -> proto.DiffResponse:  # noqa: N802
        """The provider has no configuration. The servicer's own answer is not one that protobuf takes (a bool)."""
        del request, context
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)


async def start(provider: Provider, *, engine_address: str = "") -> tuple[grpc.aio.Server, int]:
    """Return a started server on a free port of the loopback interface, and the port."""
    server = grpc.aio.server(options=_OPTIONS)
    servicer = AttachableServicer([], VERSION, provider, engine_address=engine_address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


@contextmanager
def served(provider: Provider) -> Iterator[int]:
    """Give the port of a server that runs in a thread of its own until the context ends."""
    ready: Future[int] = Future()
    loop = asyncio.new_event_loop()
    end = asyncio.Event()

    async def run() -> None:
        server, port = await start(provider)
        ready.set_result(port)
        await end.wait()
        await server.stop(grace=0)

    def target() -> None:
        try:
            loop.run_until_complete(run())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()

    thread = threading.Thread(target=target, name="pulumi-provider", daemon=True)
    thread.start()
    try:
        yield ready.result(timeout=10)
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(timeout=10)
