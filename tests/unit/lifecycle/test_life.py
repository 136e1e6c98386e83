"""The lab's life as a state machine: whatever happens in whatever order, the books agree with the host."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labs.core.errors import InputError
from labs.core.ids import LabId, ScenarioId
from labs.core.ports import SandboxSpec
from labs.core.states import NEXT, LabState
from labs.lifecycle import up as up_module
from labs.lifecycle.down import down
from labs.lifecycle.grade import freeze
from labs.lifecycle.owners import this_process
from labs.lifecycle.record import LabRecord, Owner
from labs.lifecycle.sweep import sweep
from labs.lifecycle.up import UpRequest, up
from provisioner.kubernetes import access
from tests.unit.lifecycle.fakes import World

NAMES = st.sampled_from(["ana", "Bea", "bea", "cid"])
DEAD = Owner(this_process().pid, 1.0)


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.directory = tempfile.TemporaryDirectory()
        self.world = World(Path(self.directory.name))
        self.context = self.world.context()
        self.patch.setattr(up_module, "hand_over", self.world.hand_over)
        self.patch.setattr(access, "revoke", lambda _: None)
        self.seen: dict[LabId, LabState] = {}

    def teardown(self) -> None:
        self.context.registry.close()
        self.patch.undo()
        self.directory.cleanup()

    def labs(self) -> list[LabRecord]:
        return list(self.context.registry.labs())

    @rule(name=NAMES)
    def start(self, name: str) -> None:
        had = self.context.registry.of_candidate(name)
        if had and (had.state is not LabState.READY or had.doing):
            with pytest.raises(InputError):
                up(self.context, UpRequest(name, [ScenarioId("orders_routing")]))
            return
        record = up(self.context, UpRequest(name, [ScenarioId("orders_routing")]))
        assert record.state is LabState.READY
        assert had is None or had.id == record.id

    @rule(name=NAMES)
    def start_in_vain(self, name: str) -> None:
        if self.context.registry.of_candidate(name):
            return
        self.world.symptom_trouble = RuntimeError("no symptom")
        with pytest.raises(RuntimeError):
            up(self.context, UpRequest(name, [ScenarioId("orders_routing")]))
        self.world.symptom_trouble = None

    @rule(name=NAMES, provisioned=st.booleans())
    def be_killed_while_starting(self, name: str, provisioned: bool) -> None:  # noqa: FBT001
        if self.context.registry.of_candidate(name):
            return
        lab = LabId(f"killed-{len(self.context.registry.labs(with_gone=True)):04x}")
        now = self.world.clock.now()
        scenarios = (ScenarioId("orders_routing"),)
        self.context.registry.reserve(
            LabRecord(
                lab, name, LabState.REQUESTED, now, now + 3600, name, "labnode", scenarios, doing="up", owner=DEAD
            )
        )
        if provisioned:
            self.context.registry.move(lab, LabState.PROVISIONING, now=now)
            self.world.engine.create(SandboxSpec(lab))
            self.world.stacks.add(lab)

    @precondition(lambda self: self.labs())
    @rule(data=st.data())
    def be_killed_while_ending(self, data: st.DataObject) -> None:
        record = data.draw(st.sampled_from(self.labs()))
        self.context.registry.claim(record.id, "down", DEAD)
        self.world.engine.destroy(record.id)

    @precondition(lambda self: self.labs())
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        lab = data.draw(st.sampled_from(self.labs())).id
        assert down(self.context, lab).state is LabState.GONE
        assert lab not in self.world.engine.living

    @precondition(lambda self: self.labs())
    @rule(data=st.data())
    def freeze(self, data: st.DataObject) -> None:
        record = data.draw(st.sampled_from(self.labs()))
        if record.state in {LabState.READY, LabState.FROZEN} and record.id in self.world.engine.living:
            assert freeze(self.context, record.id).state is LabState.FROZEN

    @rule(seconds=st.sampled_from([60.0, 5 * 3600.0]))
    def wait(self, seconds: float) -> None:
        self.world.clock.time += seconds

    @rule()
    def sweep(self) -> None:
        assert not [swept for swept in sweep(self.context) if swept.trouble]
        now = self.world.clock.now()
        for record in self.labs():
            assert record.state in {LabState.READY, LabState.FROZEN}
            assert record.expires_at > now
        assert set(self.world.engine.living) == {record.id for record in self.labs()}

    @invariant()
    def nothing_is_unknown(self) -> None:
        known = {record.id for record in self.labs()}
        assert set(self.world.engine.living) <= known
        assert self.world.stacks <= known

    @invariant()
    def a_candidate_has_one_lab(self) -> None:
        living = [r.candidate.casefold() for r in self.labs() if r.state is not LabState.FAILED]
        assert len(living) == len(set(living))

    @invariant()
    def life_goes_one_way(self) -> None:
        for record in self.context.registry.labs(with_gone=True):
            before = self.seen.get(record.id, record.state)
            assert record.state is before or record.state in _reachable(before)
            self.seen[record.id] = record.state


def _reachable(state: LabState) -> set[LabState]:
    direct = NEXT[state]
    return set(direct).union(*(_reachable(following) for following in direct))


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=10, stateful_step_count=12, deadline=None)
