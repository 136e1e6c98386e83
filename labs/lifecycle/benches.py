"""Where a variant is proven: a sandbox of our own, of either kind, in which anything may be made and removed."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from grading.durability import Examination
from grading.settled import unsettled
from labs.catalogue.variant import Script, Variant
from labs.core.errors import TimedOutError
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, Clock, Engine, Sandbox, SandboxSpec
from labs.lifecycle.awsleaks import aws_leaks
from labs.lifecycle.leaks import leaks
from labs.lifecycle.nodefiles import Files, configuration, replaced, told_on_node
from labs.lifecycle.sandboxes import in_cell
from labs.lifecycle.scripts import run_script

if TYPE_CHECKING:
    from grading.spec import GradingSpec
    from provisioner.aws.sandbox import AwsSandbox
    from provisioner.kubernetes.sandbox import KubernetesSandbox

SETTLE_SECONDS = 60.0
"""Healthy pods are Ready within: twelve times the usual."""
REMOVE_SECONDS = 60.0
SCRIPT_TTL_SECONDS = 3600.0


class Bench(Protocol):
    """One lab for proofs, used by one proof at a time (of a scenario, where scenarios can be told apart)."""

    lab: LabId
    told: Callable[[str], None]
    clock: Clock

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox, as a grader sees it."""

    def clear(self, variant: Variant) -> None:
        """Nothing of the variant is left. Raises what removing it raises."""

    def deploy(self, variant: Variant, *, broken: bool) -> Mapping[str, str]:
        """The variant's system is there, healthy or broken; the names of what was made."""

    def settle(self, spec: "GradingSpec") -> None:
        """Nothing of the system is still starting. Raises TimedOutError."""

    def work(self, variant: Variant, script: Script) -> None:
        """The script was run with the candidate's rights. Raises InfrastructureError when it fails."""

    def leaks(self, variant: Variant) -> Sequence[str]:
        """What tells the answer to a candidate."""

    def examination(self) -> Examination | None:
        """Leave to examine durability, where something acts that could undo a fix."""


class KubernetesBench:
    """A cluster; scenarios are told apart by their namespaces."""

    def __init__(
        self,
        lab: LabId,
        engine: Engine,
        sandbox_of: "Callable[[str], KubernetesSandbox]",
        clock: Clock,
        told: Callable[[str], None],
        *,
        admin: str,
    ) -> None:
        self.lab = lab
        self.clock = clock
        self.told = told
        self.engine = engine
        self._admin = admin
        self.cluster = sandbox_of(admin).with_life(lambda: engine.is_alive(lab))
        self._before: Files = {}
        """The node's files before the scenario's script ran on it."""

    @property
    def sandbox(self) -> Sandbox:
        """See Bench."""
        return self.cluster.with_workspace(in_cell(self.engine, self.lab))

    def clear(self, variant: Variant) -> None:
        """See Bench. What a trap or the fault keeps from going is let go of."""
        from provisioner.kubernetes.clearing import clear  # noqa: PLC0415 - the provisioner is slow to import

        clear(self.cluster, variant.namespaces, variant.cluster_refs, timeout_seconds=REMOVE_SECONDS)
        if variant.workspace:
            from provisioner.cell.incell import remove  # noqa: PLC0415

            remove(in_cell(self.engine, self.lab), variant.workspace.folder)

    def deploy(self, variant: Variant, *, broken: bool) -> Mapping[str, str]:
        """See Bench."""
        from provisioner.cell.incell import place  # noqa: PLC0415 - the provisioner is slow to import
        from provisioner.kubernetes.live import run_live, run_on_node  # noqa: PLC0415

        self.cluster.writer.apply(variant.broken if broken else variant.healthy, field_manager="taller")
        files, live = variant.workspace, variant.live
        if files:
            place(in_cell(self.engine, self.lab), files.folder, files.broken if broken else files.healthy)
        if script := (live.broken if broken else live.healthy) if live else "":
            run_live(self.engine, self.lab, scenario=variant.scenario, admin=self._admin, script=script)
        node = variant.node
        if script := (node.broken if broken else node.healthy) if node else "":
            self._before = configuration(self._in_node)
            run_on_node(self.engine, self.lab, scenario=variant.scenario, script=script)
        return {}

    def settle(self, spec: "GradingSpec") -> None:
        """See Bench."""
        deadline = self.clock.now() + SETTLE_SECONDS
        while starting := unsettled(self.cluster.reader, spec, now=self.clock.now()):
            if self.clock.now() > deadline:
                raise TimedOutError(f"Still starting after {SETTLE_SECONDS:g} s: {', '.join(starting)}")
            self.clock.sleep(0.2)

    def access(self, variant: Variant) -> CandidateAccess:
        """What the candidate would be given. Of each scenario another: rights in the whole cluster are the user's."""
        from provisioner.kubernetes.access import USER, Grant, give  # noqa: PLC0415 - the provisioner is slow to import

        grants = [Grant(access.namespace, access.rules) for access in variant.candidate_rules]
        user = f"{USER}-{variant.scenario.replace('_', '-')}"
        return CandidateAccess(give(self.cluster, grants, ttl_seconds=SCRIPT_TTL_SECONDS, user=user))

    def work(self, variant: Variant, script: Script) -> None:
        """See Bench."""
        run_script(self.engine, self.lab, script, CandidateAccess() if script.on_node else self.access(variant))

    def leaks(self, variant: Variant) -> Sequence[str]:
        """See Bench."""
        found = leaks(self.cluster.reader, variant)
        if not variant.node:
            return found
        return [*found, *told_on_node(self._in_node, replaced(self._before, configuration(self._in_node)))]

    def _in_node(self, command: Sequence[str]) -> Sequence[str]:
        return self.engine.command_on_node(self.lab, command, terminal=False)

    def examination(self) -> Examination | None:
        """See Bench. Nobody else works in the sandbox."""
        return Examination(self.cluster.disturber, begins=lambda _: None)


class AwsBench:
    """An AWS account, made anew for every proof: quicker than emptying one, and sure."""

    def __init__(
        self,
        lab: LabId,
        engine: Engine,
        account_of: "Callable[[str], AwsSandbox]",
        clock: Clock,
        told: Callable[[str], None],
    ) -> None:
        self.lab = lab
        self.clock = clock
        self.told = told
        self._engine = engine
        self._account_of = account_of

    @property
    def sandbox(self) -> Sandbox:
        """See Bench."""
        return self.account.with_workspace(in_cell(self._engine, self.lab))

    def clear(self, variant: Variant) -> None:
        """See Bench."""
        del variant
        self._engine.destroy(self.lab)

    def deploy(self, variant: Variant, *, broken: bool) -> Mapping[str, str]:
        """See Bench."""
        from provisioner.aws.system import deploy  # noqa: PLC0415 - botocore

        if variant.aws is None:
            raise LookupError(f"{variant.scenario} has no AWS account")
        system = variant.aws.broken if broken else variant.aws.healthy
        names = deploy(self.account.client, system)
        if system.files:
            from provisioner.cell.incell import place  # noqa: PLC0415

            place(in_cell(self._engine, self.lab), system.stack, system.files)
        return names

    def settle(self, spec: "GradingSpec") -> None:
        """See Bench. An account has nothing that is starting."""
        del spec

    def access(self, variant: Variant) -> CandidateAccess:
        """What the candidate would be given."""
        from provisioner.aws.access import give  # noqa: PLC0415 - botocore

        policy = variant.aws.policy if variant.aws else ()
        return CandidateAccess(environment=give(self.account.client, policy))

    def work(self, variant: Variant, script: Script) -> None:
        """See Bench."""
        run_script(self._engine, self.lab, script, self.access(variant))

    def leaks(self, variant: Variant) -> Sequence[str]:
        """See Bench."""
        return aws_leaks(self.account.aws, variant)

    def examination(self) -> Examination | None:
        """See Bench. Nothing acts by itself in an emulated account."""
        return None

    @property
    def account(self) -> "AwsSandbox":
        """The account, made when there is none (creation is idempotent)."""
        return self._account_of(self._engine.create(SandboxSpec(self.lab)).admin)
