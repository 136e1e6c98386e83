"""A lab's stack: up, destroy, outputs."""

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager, suppress

import grpc

# Private, but what automation.Stack.up itself uses. Stack.up asks the CLI five more questions (version, outputs twice,
# history, select), 0.2 s each, whose answers an inline program in this process has already. The SDK is pinned.
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

from labs.core.errors import TallerError
from labs.core.ids import LabId
from provisioner.pulumi.awsprogram import AwsOutputs
from provisioner.pulumi.backend import Backend
from provisioner.pulumi.cli import PulumiCli
from provisioner.pulumi.errors import StackError
from provisioner.pulumi.kinds import EngineOf, SandboxOf, kinds
from provisioner.pulumi.locks import release_stale
from provisioner.pulumi.program import LabProgram, Outputs, register
from provisioner.pulumi.provider import TallerProvider
from provisioner.pulumi.server import MESSAGE_MAX_BYTES, served


class Stack:
    """Three verbs over one lab's stack. All are idempotent; one process at a time."""

    def __init__(self, backend: Backend, lab: LabId, *, engine_of: EngineOf, sandbox_of: SandboxOf) -> None:
        self._backend = backend
        self._lab = lab
        self._kinds = kinds(engine_of, sandbox_of)
        self._cli = PulumiCli(backend, lab)

    def prepare(self) -> None:
        """The stack exists, maybe empty. Needs no cluster, so it can run while a node boots."""
        self._backend.prepare(self._lab)
        release_stale(self._backend.locks(self._lab))
        self._cli.run("stack", "select", "--create", "--secrets-provider", "passphrase")

    def up(self, program: LabProgram) -> Outputs:
        """The stack is as `program` says. A second time changes nothing.

        Raises what a resource raised, or StackError; what was created before stays in the state for `destroy`.
        """
        self.prepare()
        outputs = Outputs()
        with self._provider() as port, _program(lambda: register(program, outputs)) as address:
            self._cli.run(
                "up",
                "--yes",
                "--skip-preview",
                "--suppress-outputs",
                f"--client={address}",
                "--exec-kind=auto.inline",
                debug_port=port,
            )
        return outputs

    def destroy(self) -> None:
        """The stack's resources are gone, and so is the stack; what never was is done already."""
        if not self.is_known():
            self._forget_files()
            return
        self._backend.prepare(self._lab)
        release_stale(self._backend.locks(self._lab))
        with self._provider() as port:
            self._cli.run("destroy", "--yes", "--skip-preview", "--remove", "--exec-kind=auto.local", debug_port=port)
        self._forget_files()

    def outputs(self) -> Outputs:
        """What the last `up` gave, from the state."""
        values = json.loads(self._cli.run("stack", "output", "--json", "--show-secrets"))
        aws = AwsOutputs(admin=values.get("awsAdmin", ""), environment=values.get("awsEnvironment", {}))
        return Outputs(
            aws=aws,
            address=values.get("address", ""),
            admin_kubeconfig=values.get("adminKubeconfig", ""),
            candidate_kubeconfig=values.get("candidateKubeconfig", ""),
            node_ready_seconds=float(values.get("nodeReadySeconds", 0.0)),
        )

    def is_known(self) -> bool:
        """Whether the backend has the stack (a shared backend is asked by trying: True)."""
        if not self._backend.is_local:
            return True
        return any(self._backend.stack_files.glob(f"{self._lab}.json*"))

    def forget(self) -> None:
        """Pulumi knows nothing of the stack any more, whatever state it was in; its resources are another's affair."""
        if self.is_known():
            with suppress(StackError):
                self._backend.prepare(self._lab)
                self._cli.run("stack", "rm", "--yes", "--force")
        self._forget_files()

    def _forget_files(self) -> None:
        shutil.rmtree(self._backend.work_directory(self._lab), ignore_errors=True)
        if self._backend.is_local:
            for path in self._backend.stack_files.glob(f"{self._lab}.json*"):
                path.unlink(missing_ok=True)
            shutil.rmtree(self._backend.locks(self._lab), ignore_errors=True)
            for kept in ("history", "backups"):
                shutil.rmtree(self._backend.stack_files.parents[1] / kept / "taller" / self._lab, ignore_errors=True)

    @contextmanager
    def _provider(self) -> Iterator[int]:
        """Give the provider's port; a failure of Pulumi's becomes the error that caused it."""
        provider = TallerProvider(self._kinds)
        try:
            with served(provider) as port:
                yield port
        except StackError as error:
            ours = next((raised for raised in provider.raised if isinstance(raised, TallerError)), None)
            if ours is not None:
                raise ours from error
            if provider.raised:
                raise error from provider.raised[0]
            raise


@contextmanager
def _program(run: Callable[[], None]) -> Iterator[str]:
    """Give the address at which the CLI finds the inline program."""
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
