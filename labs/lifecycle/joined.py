"""A cluster and an account that are one scenario's: seen as one sandbox, and made to know each other."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from labs.core.aws import AwsReader
from labs.core.ports import ClusterReader, Prober, Sandbox
from labs.core.probes import ApiAnswer, ClientIdentity, ExecAnswer, ExecRequest, ToolRequest

if TYPE_CHECKING:
    from provisioner.aws.sandbox import AwsSandbox
    from provisioner.kubernetes.sandbox import KubernetesSandbox


class JoinedSandbox:
    """A `Sandbox` with both: AWS is asked of the one, all else of the other, where the candidate's files are too."""

    def __init__(self, cluster: Sandbox, account: Sandbox) -> None:
        self._cluster = cluster
        self._account = account

    @property
    def reader(self) -> ClusterReader:
        """See Sandbox."""
        return self._cluster.reader

    def prober(self, identity: ClientIdentity) -> AbstractContextManager[Prober]:
        """See Sandbox."""
        return self._cluster.prober(identity)

    def ask_api(self, path: str) -> ApiAnswer:
        """See Sandbox."""
        return self._cluster.ask_api(path)

    def execute(self, request: ExecRequest) -> ExecAnswer:
        """See Sandbox."""
        return self._cluster.execute(request)

    def run(self, request: ToolRequest) -> ExecAnswer:
        """See Sandbox."""
        return self._cluster.run(request)

    @property
    def aws(self) -> AwsReader:
        """See Sandbox."""
        return self._account.aws


def introduce(cluster: "KubernetesSandbox", account: "AwsSandbox") -> None:
    """The account knows the keys that the cluster's service account tokens are signed with. Idempotent.

    It stands for AWS's own look at the issuer, which needs the Internet. Raises UnreachableError.
    """
    from provisioner.kubernetes.issuer import issuer  # noqa: PLC0415 - the provisioner is slow to import

    account.tell_issuers(issuer(cluster.transport))
