"""A lab's stack: up, destroy, outputs, forget. What Pulumi's SDK is needed for imports it then: it takes 0.4 s."""

import json
import shutil
from typing import TYPE_CHECKING

from labs.core.ids import LabId
from provisioner.pulumi.backend import Backend
from provisioner.pulumi.cli import PulumiCli
from provisioner.pulumi.errors import StackError
from provisioner.pulumi.locks import release_stale

if TYPE_CHECKING:
    from provisioner.pulumi.kinds import EngineOf, SandboxOf
    from provisioner.pulumi.program import LabProgram, Outputs

_UNKNOWN, _LOCKED = "no stack named", "currently locked"
"""What the CLI says (pkg/backend/backenderr and diy/lock.go): it has one exit code for every failure."""


class Stack:
    """The verbs over one lab's stack. All are idempotent; one process at a time."""

    def __init__(self, backend: Backend, lab: LabId, *, engine_of: "EngineOf", sandbox_of: "SandboxOf") -> None:
        self._backend = backend
        self._lab = lab
        self._engine_of = engine_of
        self._sandbox_of = sandbox_of
        self._cli = PulumiCli(backend, lab)

    def prepare(self) -> None:
        """The stack exists, maybe empty. Needs no cluster, so it can run while a node boots."""
        self._backend.prepare(self._lab)
        release_stale(self._backend.locks(self._lab))
        self._cli.run("stack", "select", "--create", "--secrets-provider", "passphrase")

    def up(self, program: "LabProgram") -> "Outputs":
        """The stack is as `program` says. A second time changes nothing.

        Raises what a resource raised, or StackError; what was created before stays in the state for `destroy`.
        """
        from provisioner.pulumi.attached import inline, provider  # noqa: PLC0415
        from provisioner.pulumi.program import Outputs  # noqa: PLC0415

        self.prepare()
        outputs = Outputs()
        with provider(self._engine_of, self._sandbox_of) as port, inline(program, outputs) as address:
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
        """The stack's resources are gone one by one, and so is the stack; what never was is done already.

        For what outlives the lab's sandboxes. Where nothing does, ending those and `forget` come to the same.
        """
        from provisioner.pulumi.attached import provider  # noqa: PLC0415

        if self.is_known():
            self._backend.prepare(self._lab)
            release_stale(self._backend.locks(self._lab))
            with provider(self._engine_of, self._sandbox_of) as port:
                options = ("--yes", "--skip-preview", "--remove", "--exec-kind=auto.local")
                self._cli.run("destroy", *options, debug_port=port)
        self._forget_files()

    def outputs(self) -> "Outputs":
        """What the last `up` gave, from the state."""
        from provisioner.pulumi.awsprogram import AwsOutputs  # noqa: PLC0415
        from provisioner.pulumi.program import Outputs  # noqa: PLC0415

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
        """Pulumi knows nothing of the stack any more, whatever state it was in; its resources are another's affair.

        A stack of the file backend is its files. Raises StackError when a shared backend keeps it.
        """
        if not self._backend.is_local:
            self._backend.prepare(self._lab)
            self._remove_shared()
        self._forget_files()

    def _remove_shared(self) -> None:
        remove = ("stack", "rm", "--yes", "--force")
        try:
            self._cli.run(*remove)
        except StackError as error:
            said = str(error.facts.get("output", ""))
            if _UNKNOWN in said:
                return
            if _LOCKED not in said:
                error.hint = f"The state of lab {self._lab} is still in PULUMI_BACKEND_URL; the command asks again."
                raise
            # Whoever calls has claimed the lab: no living process of this host holds the lock.
            self._cli.run("cancel", "--yes")
            self._cli.run(*remove)

    def _forget_files(self) -> None:
        shutil.rmtree(self._backend.work_directory(self._lab), ignore_errors=True)
        if self._backend.is_local:
            for path in self._backend.stack_files.glob(f"{self._lab}.json*"):
                path.unlink(missing_ok=True)
            shutil.rmtree(self._backend.locks(self._lab), ignore_errors=True)
            for kept in ("history", "backups"):
                shutil.rmtree(self._backend.stack_files.parents[1] / kept / "taller" / self._lab, ignore_errors=True)
