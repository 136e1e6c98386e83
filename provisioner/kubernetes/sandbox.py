"""A Kubernetes sandbox, from its administrator's kubeconfig."""

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager

from labs.core.aws import AwsReader
from labs.core.errors import InputError, UnreachableError
from labs.core.ports import Prober
from labs.core.probes import ApiAnswer, ClientIdentity, ExecAnswer, ExecRequest, ToolRequest
from provisioner.cell.incell import InCell, run_tool
from provisioner.kubernetes import prober
from provisioner.kubernetes.credentials import credentials
from provisioner.kubernetes.disturber import PodDisturber
from provisioner.kubernetes.execute import execute
from provisioner.kubernetes.paths import Paths
from provisioner.kubernetes.reader import Reader
from provisioner.kubernetes.serving import ask
from provisioner.kubernetes.transport import Transport
from provisioner.kubernetes.writer import Writer


class KubernetesSandbox:
    """A `Sandbox`, plus the writing side for the provisioner. Safe to share between threads."""

    def __init__(self, kubeconfig: str) -> None:
        self._in_cell: InCell | None = None
        self.credentials = credentials(kubeconfig)
        self._transport = Transport(self.credentials)
        paths = Paths(self._transport)
        self._reader = Reader(self._transport, paths)
        self._writer = Writer(self._transport, paths)
        self._is_alive: Callable[[], bool] = lambda: False

    @property
    def reader(self) -> Reader:
        """See Sandbox."""
        return self._reader

    @property
    def writer(self) -> Writer:
        """The provisioner's side; graders get a `Sandbox`, which has none."""
        return self._writer

    @property
    def disturber(self) -> PodDisturber:
        """For examining durability, where nobody works in the sandbox."""
        return PodDisturber(self._transport)

    @property
    def transport(self) -> Transport:
        """For what the ports do not say, such as tokens."""
        return self._transport

    def prober(self, identity: ClientIdentity) -> AbstractContextManager[Prober]:
        """See Sandbox."""
        return prober.opened(self._transport, self._reader, self._writer, identity)

    def with_workspace(self, in_cell: InCell) -> "KubernetesSandbox":
        """The same cluster, over the same connections, and the workspace beside it; see AwsSandbox."""
        beside = copy.copy(self)
        beside._in_cell = in_cell  # noqa: SLF001 - of our own class
        return beside

    def run(self, request: ToolRequest) -> ExecAnswer:
        """See Sandbox. Raises UnreachableError."""
        if self._in_cell is None:
            raise UnreachableError(f"This lab has no workspace to run {request.command[0]} on.")
        return run_tool(self._in_cell, request)

    def with_life(self, is_alive: Callable[[], bool]) -> "KubernetesSandbox":
        """The same sandbox, of which it can be told whether its node lives."""
        self._is_alive = is_alive
        return self

    def ask_api(self, path: str) -> ApiAnswer:
        """See Sandbox."""
        return ask(self.credentials, path, is_alive=self._is_alive)

    def execute(self, request: ExecRequest) -> ExecAnswer:
        """See Sandbox."""
        return execute(self._transport, request)

    @property
    def aws(self) -> AwsReader:
        """See Sandbox."""
        raise InputError("A Kubernetes sandbox alone has no AWS account.")

    def close(self) -> None:
        """No connection is left open."""
        self._transport.close()
