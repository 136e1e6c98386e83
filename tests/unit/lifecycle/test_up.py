import pytest

from grading.handover import HandOver
from grading.spec import GradingSpec
from labs.core.errors import InfrastructureError, InputError, NotFoundError, TimedOutError
from labs.core.ids import ScenarioId
from labs.core.ports import Clock
from labs.core.states import LabState
from labs.lifecycle import up as up_module
from labs.lifecycle.up import UP_STEPS, UpRequest, up
from labs.lifecycle.views import lab_json, up_result_json
from tests.unit.lifecycle.fakes import World

ORDERS = ScenarioId("orders_routing")
CATALOG = ScenarioId("catalog_never_ready")
REQUEST = UpRequest("Ana Pérez", [ORDERS, CATALOG])


def test_a_lab_is_ready_with_everything_known(world: World) -> None:
    context = world.context()
    record = up(context, REQUEST)
    assert record.state is LabState.READY
    assert (record.doing, record.owner, record.step) == ("", None, "up:hand-over")
    assert set(record.baselines) == {ORDERS, CATALOG}
    assert record.expires_at - record.created_at == context.settings.ttl_seconds
    assert {"total_seconds", "node_ready_seconds", "stack_seconds", "symptom_seconds"} <= set(record.timings)
    assert [name for name in world.told if "undo" not in name] == [f"up:{step.name}" for step in UP_STEPS]
    files = context.files(record.id)
    assert files.read_candidate() == f"candidate of {record.id}"
    assert files.kubeconfig.stat().st_mode & 0o777 == 0o600
    assert files.directory.stat().st_mode & 0o777 == 0o700


def test_the_json_has_the_contracts_shape_and_no_secret(world: World) -> None:
    context = world.context()
    record = up(context, REQUEST)
    shown = up_result_json(context, record)
    assert {"lab", "state", "engine", "kubeconfig", "scenarios", "timings"} <= set(shown)
    assert shown["timings"]["node_ready_seconds"] == 3.5
    everything = str(lab_json(context, record, context.registry.events(record.id)))
    assert "admin of" not in everything
    assert "candidate of" not in everything


def test_a_second_up_changes_nothing(world: World) -> None:
    first = up(world.context(), REQUEST)
    again = up(world.context(), UpRequest("ana pérez", [CATALOG, ORDERS]))
    assert again == first
    assert world.engine.created == 1  # the resource took the node that was booting already


@pytest.mark.parametrize(
    "request_",
    [UpRequest("Ana Pérez", [ORDERS]), UpRequest("Ana Pérez", [ORDERS, CATALOG], seed="another")],
)
def test_one_candidate_has_one_lab(world: World, request_: UpRequest) -> None:
    record = up(world.context(), REQUEST)
    with pytest.raises(InputError, match=record.id):
        up(world.context(), request_)
    assert len(world.engine.living) == 1


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (UpRequest("", [ORDERS]), InputError),
        (UpRequest("x" * 300, [ORDERS]), InputError),
        (UpRequest("a\nb", [ORDERS]), InputError),
        (UpRequest("ana", []), InputError),
        (UpRequest("ana", [ORDERS, ORDERS]), InputError),
        (UpRequest("ana", [ScenarioId("no_such")]), NotFoundError),
        (UpRequest("ana", [ORDERS], ttl_seconds=1), InputError),
        (UpRequest("ana", [ORDERS], ttl_seconds=1e9), InputError),
    ],
)
def test_wrong_input_creates_nothing(world: World, request_: UpRequest, error: type[Exception]) -> None:
    context = world.context()
    with pytest.raises(error):
        up(context, request_)
    assert world.engine.created == 0
    assert context.registry.labs(with_gone=True) == []


@pytest.mark.parametrize("name", ["José / María", "名前", "a b", "../../etc", "-rf", "Ω" * 120])
def test_any_name_a_person_may_have(world: World, name: str) -> None:
    record = up(world.context(), UpRequest(name, [ORDERS]))
    assert record.candidate == name
    assert {path.name for path in (world.home / "labs").iterdir()} == {record.id}


@pytest.mark.parametrize(
    "trouble", [TimedOutError("the symptom did not show"), KeyboardInterrupt(), RuntimeError("a bug")]
)
def test_what_fails_late_is_undone_and_told(world: World, trouble: BaseException) -> None:
    world.symptom_trouble = trouble
    context = world.context()
    with pytest.raises(type(trouble)):
        up(context, REQUEST)
    (record,) = context.registry.labs()
    assert record.state is LabState.FAILED
    assert type(trouble).__name__ in record.failure
    assert (world.engine.living, world.stacks, list((world.home / "labs").iterdir())) == ({}, set(), [])
    world.symptom_trouble = None
    assert up(world.context(), REQUEST).state is LabState.READY


def test_a_node_that_does_not_boot_is_the_error_that_is_told(world: World) -> None:
    world.engine.trouble = InfrastructureError("no node")
    context = world.context()
    with pytest.raises(InfrastructureError, match="no node"):
        up(context, REQUEST)
    assert world.stacks == set()


def test_pulumis_trouble_does_not_leave_the_node_that_boots_ahead(world: World) -> None:
    world.pulumi_trouble = InfrastructureError("no pulumi")
    with pytest.raises(InfrastructureError, match="no pulumi"):
        up(world.context(), REQUEST)
    assert world.engine.living == {}


def test_two_candidates_differ(world: World) -> None:
    first = up(world.context(), UpRequest("ana", [ORDERS]))
    second = up(world.context(), UpRequest("bea", [ORDERS]))
    assert first.id != second.id
    assert first.seed != second.seed


def test_one_scenarios_failure_ends_the_waiting_of_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def hand_over(spec: GradingSpec, _: object, clock: Clock, *__: object) -> HandOver:
        if spec.scenario == CATALOG:
            raise TimedOutError("no symptom")
        while True:
            clock.sleep(0.01)

    monkeypatch.setattr(up_module, "hand_over", hand_over)
    with pytest.raises(TimedOutError, match="no symptom"):
        up(world.context(), REQUEST)
    assert world.engine.living == {}
