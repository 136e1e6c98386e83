"""A lab's world without a host: an engine, stacks and a clock that keep books."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from grading.baseline import Baseline
from grading.findings import Words
from grading.handover import HandOver
from grading.prove_symptom import Symptom, SymptomProof
from labs.catalogue.loader import Catalogue, load_catalogue
from labs.core.errors import InfrastructureError, TallerError
from labs.core.ids import CheckId, LabId
from labs.core.ports import Engine, SandboxSpec
from labs.core.settings import Settings
from labs.lifecycle.context import Context
from provisioner.inventory import Leftover
from provisioner.pulumi.awsprogram import AwsOutputs
from provisioner.pulumi.program import LabProgram, Outputs
from tests.unit.provisioner.pulumi.fakes import FakeEngine

if TYPE_CHECKING:
    from grading.spec import GradingSpec
    from provisioner.aws.sandbox import AwsSandbox
    from provisioner.kubernetes.sandbox import KubernetesSandbox
    from provisioner.pulumi.stack import Stack


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


class FakeClock:
    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class FakeSandbox(str):
    """A cluster or an account that is only its way in."""

    __slots__ = ()

    def with_workspace(self, in_cell: object) -> "FakeSandbox":
        assert callable(in_cell)
        return self

    def with_life(self, is_alive: object) -> "FakeSandbox":
        assert callable(is_alive)
        return self


@dataclass
class World:
    """Everything that a context reaches."""

    home: Path
    engine: FakeEngine = field(default_factory=FakeEngine)
    aws_engine: FakeEngine = field(default_factory=lambda: FakeEngine("emulated", "aws"))
    clock: FakeClock = field(default_factory=FakeClock)
    stacks: set[LabId] = field(default_factory=set)
    joined: list[LabId] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    others: list[Leftover] = field(default_factory=list)
    pulumi_trouble: TallerError | None = None
    symptom_trouble: BaseException | None = None

    def context(self, **settings: Any) -> Context:
        return Context(
            Settings(home=self.home, run=self.home / "run", **settings),
            catalogue,
            lambda name: self.aws_engine if name == "emulated" else self.engine,
            lambda kubeconfig: cast("KubernetesSandbox", FakeSandbox(kubeconfig)),
            lambda admin: cast("AwsSandbox", FakeSandbox(admin)),
            self._stack,
            join=self.joined.append,
            clock=self.clock,
            inventory=lambda: [*(Leftover(lab, "process", "1") for lab in self.living), *self.others],
            told=self.told.append,
        )

    @property
    def living(self) -> set[LabId]:
        return {*self.engine.living, *self.aws_engine.living}

    def hand_over(self, spec: "GradingSpec", *_: object) -> HandOver:
        """In place of grading's: the symptom shows, or is in trouble."""
        if self.symptom_trouble:
            raise self.symptom_trouble
        words = Words("broken", "roto")
        baseline = Baseline(spec.scenario, self.clock.now(), {}, {}, {})
        return HandOver(baseline, SymptomProof((Symptom(CheckId("answers"), "http", words, words),), ()))

    def _stack(self, lab: LabId, engine_of: Callable[[str], Engine]) -> "Stack":
        return cast("Stack", FakeStack(self, lab, engine_of))


@dataclass
class FakeStack:
    world: World
    lab: LabId
    engine_of: Callable[[str], Engine]

    def up(self, program: LabProgram) -> Outputs:
        self.world.stacks.add(self.lab)
        if self.world.pulumi_trouble:
            raise self.world.pulumi_trouble
        spec = SandboxSpec(self.lab, program.limits, program.egress, addons=tuple(program.addons))
        outputs = Outputs()
        assert bool(program.engine) == bool(program.parts)
        if program.engine:
            handle = self.engine_of(program.engine).create(spec)
            assert all(part.fault or part.live or part.node or part.files for part in program.parts)
            assert all(part.grants for part in program.parts)
            outputs = Outputs(handle.address, handle.admin, f"candidate of {self.lab}", handle.ready_seconds)
        if program.account:
            handle = self.engine_of(program.account.engine).create(spec)
            assert all(part.statements for part in program.account.parts)
            names: dict[str, dict[str, str]] = {part.name: {} for part in program.account.parts}
            outputs.aws = AwsOutputs(handle.admin, {"AWS_REGION": "eu-west-1"}, names, handle.ready_seconds)
        assert program.engine or program.account
        return outputs

    def destroy(self) -> None:
        if self.world.pulumi_trouble:
            raise InfrastructureError("the state is damaged")
        self.engine_of("labnode").destroy(self.lab)
        self.engine_of("emulated").destroy(self.lab)
        self.forget()

    def forget(self) -> None:
        self.world.stacks.discard(self.lab)


def leftovers(*labs: str, home: str = "") -> Sequence[Leftover]:
    return [Leftover(lab, "link", "taller1", "taller sweep", home) for lab in labs]
