"""A lab's AWS account as a grader's `Sandbox`, from its administrator's way in."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, NoReturn

from labs.core.aws import AwsAdmin
from labs.core.errors import InputError, UnreachableError
from labs.core.ports import ClusterReader, Prober
from labs.core.probes import ApiAnswer, ClientIdentity, ExecAnswer, ExecRequest, ToolRequest
from provisioner.aws.client import AwsClient
from provisioner.aws.reader import Reader
from provisioner.aws.rolekeys import as_grader
from provisioner.cell.incell import InCell, run_tool


class AwsSandbox:
    """A `Sandbox` that has an account and no cluster. Safe to share between threads."""

    def __init__(self, admin: str | AwsClient, in_cell: InCell | None = None) -> None:
        self.client = as_grader(AwsClient(AwsAdmin.from_json(admin))) if isinstance(admin, str) else admin
        self._reader = Reader(self.client)
        self._in_cell = in_cell

    def with_workspace(self, in_cell: InCell) -> "AwsSandbox":
        """The same account, and the workspace beside it: `in_cell` gives the argv that runs a command there."""
        return AwsSandbox(self.client, in_cell)

    def ask_api(self, path: str) -> ApiAnswer:
        """See Sandbox."""
        raise InputError(f"An AWS account alone has no API server to ask for {path}.")

    @property
    def aws(self) -> Reader:
        """See Sandbox."""
        return self._reader

    @property
    def reader(self) -> ClusterReader:
        """Nothing that could be read: raises only when it is asked, since nobody does who has no objects to look at."""
        return _NoCluster()

    def prober(self, identity: ClientIdentity) -> AbstractContextManager[Prober]:
        """See Sandbox. Raises UnreachableError."""
        del identity
        _no_cluster()

    def execute(self, request: ExecRequest) -> ExecAnswer:
        """See Sandbox. Raises UnreachableError."""
        del request
        _no_cluster()

    def run(self, request: ToolRequest) -> ExecAnswer:
        """See Sandbox. Raises UnreachableError."""
        if self._in_cell is None:
            raise UnreachableError("This lab has no workspace that could be looked at.")
        return run_tool(self._in_cell, request)

    def tell_issuers(self, issuers: Mapping[str, Mapping[str, Any]]) -> None:
        """The account can look up these issuers of identities: URL → JWKS. Raises UnreachableError. Idempotent."""
        self.client.control("issuers", method="POST", body=issuers)

    def freeze(self) -> None:
        """No request but the grader's is answered any more, whatever credentials it brings."""
        self.client.control("freeze", method="POST")


def _no_cluster(*_: object, **__: object) -> NoReturn:
    raise UnreachableError("This lab has an AWS account and no cluster.")


class _NoCluster:
    """A ClusterReader of nothing."""

    get = list = logs = is_allowed = would_create = would_evict = staticmethod(_no_cluster)
