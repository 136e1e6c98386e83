"""What the Pulumi CLI talks to while it works on a stack: our provider, and the inline program. Import it only then."""

from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager

import grpc

# Private, but what automation.Stack.up itself uses. Stack.up asks the CLI five more questions (version, outputs twice,
# history, select), 0.2 s each, whose answers an inline program in this process has already. The SDK is pinned.
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

from labs.core.errors import TallerError
from provisioner.pulumi.errors import StackError
from provisioner.pulumi.kinds import EngineOf, SandboxOf, kinds
from provisioner.pulumi.program import LabProgram, Outputs, register
from provisioner.pulumi.provider import TallerProvider
from provisioner.pulumi.server import MESSAGE_MAX_BYTES, served


@contextmanager
def provider(engine_of: EngineOf, sandbox_of: SandboxOf) -> Iterator[int]:
    """Give the provider's port; a failure of Pulumi's becomes the error that caused it."""
    ours = TallerProvider(kinds(engine_of, sandbox_of))
    try:
        with served(ours) as port:
            yield port
    except StackError as error:
        cause = next((raised for raised in ours.raised if isinstance(raised, TallerError)), None)
        if cause is not None:
            raise cause from error
        if ours.raised:
            raise error from ours.raised[0]
        raise


@contextmanager
def inline(program: LabProgram, outputs: Outputs) -> Iterator[str]:
    """Give the address at which the CLI finds the lab's program, which fills `outputs`."""
    with _served(lambda: register(program, outputs)) as address:
        yield address


@contextmanager
def _served(run: Callable[[], None]) -> Iterator[str]:
    options = [
        ("grpc.max_receive_message_length", MESSAGE_MAX_BYTES),
        ("grpc.max_send_message_length", MESSAGE_MAX_BYTES),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=options)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(run), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait()
