"""Where a variant with a cluster and an account is proven: both at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grading.durability import Examination
from labs.catalogue.variant import Script, Variant
from labs.core.names import replaced
from labs.core.ports import CandidateAccess, Sandbox
from labs.lifecycle.benches import AwsBench, KubernetesBench
from labs.lifecycle.joined import JoinedSandbox
from labs.lifecycle.scripts import run_script

if TYPE_CHECKING:
    from grading.spec import GradingSpec


class JoinedBench:
    """A cluster, and an account that is made anew for every proof and made known to the cluster each time."""

    def __init__(self, cluster: KubernetesBench, account: AwsBench, introduce: Callable[[], None]) -> None:
        self.lab = cluster.lab
        self.clock = cluster.clock
        self.told = cluster.told
        self._cluster = cluster
        self._account = account
        self._introduce = introduce

    @property
    def sandbox(self) -> Sandbox:
        """See Bench."""
        return JoinedSandbox(self._cluster.sandbox, self._account.sandbox)

    def clear(self, variant: Variant) -> None:
        """See Bench."""
        self._cluster.clear(variant)
        self._account.clear(variant)

    def deploy(self, variant: Variant, *, broken: bool) -> Mapping[str, str]:
        """See Bench. As in a lab, the account comes first: the manifests speak of what is there."""
        names = self._account.deploy(variant, broken=broken)
        self._introduce()
        named = replace(
            variant, healthy=tuple(replaced(variant.healthy, names)), broken=tuple(replaced(variant.broken, names))
        )
        self._cluster.deploy(named, broken=broken)
        return names

    def settle(self, spec: "GradingSpec") -> None:
        """See Bench."""
        self._cluster.settle(spec)

    def work(self, variant: Variant, script: Script) -> None:
        """See Bench. The candidate's shell is beside the cluster."""
        access = CandidateAccess(
            self._cluster.access(variant).kubeconfig, self._account.access(variant).environment, terminal=False
        )
        run_script(self._cluster.engine, self.lab, script, access)

    def leaks(self, variant: Variant) -> Sequence[str]:
        """See Bench."""
        return [*self._cluster.leaks(variant), *self._account.leaks(variant)]

    def examination(self) -> Examination | None:
        """See Bench."""
        return self._cluster.examination()
