"""Where scenarios about a node are proven."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from grading.durability import Examination
from labs.catalogue.variant import Script, Variant
from labs.core.ids import LabId
from labs.core.ports import Clock, Engine, Sandbox, SandboxSpec
from labs.lifecycle.benches import KubernetesBench

if TYPE_CHECKING:
    from grading.spec import GradingSpec
    from provisioner.kubernetes.sandbox import KubernetesSandbox


class FreshKubernetesBench:
    """A cluster made anew for every proof: what a script did to its node is not taken back by deleting objects."""

    def __init__(
        self,
        lab: LabId,
        engine: Engine,
        sandbox_of: "Callable[[str], KubernetesSandbox]",
        clock: Clock,
        told: Callable[[str], None],
        *,
        spec: SandboxSpec,
    ) -> None:
        self.lab = lab
        self.clock = clock
        self.told = told
        self._engine = engine
        self._sandbox_of = sandbox_of
        self._spec = spec
        self._made: KubernetesBench | None = None

    @property
    def sandbox(self) -> Sandbox:
        """See Bench."""
        return self._bench.sandbox

    def clear(self, variant: Variant) -> None:
        """See Bench."""
        del variant
        self._made = None
        self._engine.destroy(self.lab)

    def deploy(self, variant: Variant, *, broken: bool) -> Mapping[str, str]:
        """See Bench."""
        return self._bench.deploy(variant, broken=broken)

    def settle(self, spec: "GradingSpec") -> None:
        """See Bench."""
        self._bench.settle(spec)

    def work(self, variant: Variant, script: Script) -> None:
        """See Bench."""
        self._bench.work(variant, script)

    def leaks(self, variant: Variant) -> Sequence[str]:
        """See Bench."""
        return self._bench.leaks(variant)

    def examination(self) -> Examination | None:
        """See Bench."""
        return self._bench.examination()

    @property
    def _bench(self) -> KubernetesBench:
        """The cluster's, made when there is none."""
        if self._made is None:
            admin = self._engine.create(self._spec).admin
            self._made = KubernetesBench(self.lab, self._engine, self._sandbox_of, self.clock, self.told, admin=admin)
        return self._made
