"""`up`: from a request to a lab that is handed over."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from grading.handover import HandOver, hand_over
from labs.catalogue.variant import Variant
from labs.core.errors import HostError, InputError
from labs.core.ids import LabId, ScenarioId, candidate_name
from labs.core.states import LabState
from labs.lifecycle.accounts import ACCOUNT, AccountRequest, Permitted, end_account, permitted, wait_for_grader
from labs.lifecycle.ahead import booting
from labs.lifecycle.blueprint import program, sandbox_spec
from labs.lifecycle.context import Context, StoppableClock
from labs.lifecycle.joined import introduce
from labs.lifecycle.owners import this_process
from labs.lifecycle.record import LabRecord
from labs.lifecycle.sandboxes import EMULATED, SEPARATOR, engine_names, engines, named_spec, sandbox
from labs.lifecycle.steps import Course, Step
from labs.lifecycle.ttl import lab_seconds
from labs.lifecycle.turns import turn
from labs.lifecycle.variants import drawn, python_checks

if TYPE_CHECKING:
    from labs.core.ports import Engine
    from provisioner.pulumi.program import Outputs


@dataclass(frozen=True, slots=True)
class UpRequest:
    """What a recruiter asks for. `seed` empty: the candidate's name; `ttl_seconds` None: the setting."""

    candidate: str
    scenarios: Sequence[ScenarioId]
    seed: str = ""
    ttl_seconds: float | None = None
    engine: str = "labnode"
    posting: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)
    account: AccountRequest | None = None
    """A person asks for a real AWS account; without it AWS is emulated."""


@dataclass(slots=True)
class _Work:
    """What the steps hand on."""

    context: Context
    record: LabRecord
    variants: Mapping[ScenarioId, Variant]
    permitted: Permitted | None = None
    outputs: "Outputs | None" = None
    handed: Mapping[ScenarioId, HandOver] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def lab(self) -> LabId:
        return self.record.id


def up(context: Context, request: UpRequest) -> LabRecord:
    """The candidate's lab is ready, its symptoms proven. Asked for again, the same lab is returned unchanged.

    Raises InputError or HostError when nothing was created; any other error after everything was removed again, with
    the reason in the registry (state failed).
    """
    begun = time.monotonic()
    candidate = candidate_name(request.candidate)
    ttl_seconds = lab_seconds(context.settings, request.ttl_seconds)
    seed = request.seed or candidate
    variants = drawn(context.catalogue, request.scenarios, seed)
    aws = ACCOUNT if request.account else EMULATED
    names = engine_names(variants.values(), kubernetes=request.engine, aws=aws)
    if existing := _existing(context, candidate, request, names):
        return existing
    for engine in map(context.engine_of, names.split(SEPARATOR)):
        if problems := engine.problems():
            raise HostError(
                f"This host cannot run the engine {engine.name}: {'; '.join(problems)}", hint="`taller doctor`"
            )
    now = context.clock.now()
    record = LabRecord(
        id=context.registry.unused_id(candidate),
        candidate=candidate,
        state=LabState.REQUESTED,
        created_at=now,
        expires_at=now + ttl_seconds,
        seed=seed,
        engine=names,
        scenarios=tuple(variants),
        posting=request.posting,
        plan=request.plan,
        doing="up",
        owner=this_process(),
    )
    permit = permitted(context, request.account, record, variants) if request.account else None
    work = _Work(context, record, variants, permit)
    _take_steps(work, begun)
    return context.registry.get(work.lab)


def _take_steps(work: _Work, begun: float) -> None:
    registry, clock = work.context.registry, work.context.clock

    def finished(name: str, seconds: float) -> None:
        work.timings[f"{name.partition(':')[2].replace('-', '_')}_seconds"] = round(seconds, 3)
        work.timings["total_seconds"] = round(time.monotonic() - begun, 3)
        registry.note(work.lab, name, now=clock.now(), detail=f"{seconds:.3f} s", step=name, timings=work.timings)

    stop_after = work.context.settings.stop_after_step
    course = Course("up", UP_STEPS, told=work.context.told, finished=finished, stop_after=stop_after)
    try:
        with turn(work.context.settings.run, waiting=lambda: work.context.told("up:wait for labs that are starting")):
            work.timings["turn_seconds"] = round(time.monotonic() - begun, 3)
            course.run(work)
    except BaseException as error:
        _note_failure(work, error)
        raise
    registry.release(work.lab)


def _existing(context: Context, candidate: str, request: UpRequest, engine_names: str) -> LabRecord | None:
    """The candidate's lab if it is what is asked for and ready; None when there is none. Raises InputError."""
    found = context.registry.of_candidate(candidate)
    if found is None:
        return None
    same = set(found.scenarios) == set(request.scenarios) and request.seed in {"", found.seed}
    same = same and found.engine == engine_names
    if (
        same
        and found.state is LabState.READY
        and not found.doing
        and all(engine.is_alive(found.id) for engine in engines(context, found))
    ):
        return found
    raise InputError(
        f"{candidate!r} has a lab already: {found.id} ({found.state}).",
        hint=f"`taller down {found.id}` removes it; `taller sweep` removes what a killed command left.",
        lab=found.id,
    )


def _reserve(work: _Work) -> None:
    work.context.registry.reserve(work.record)
    if work.permitted:
        work.context.files(work.lab).keep_real_account(work.permitted.kept.to_json())


def _stack(work: _Work) -> None:
    """Node, objects, faults and access, in one Pulumi run; the node boots while Pulumi gets ready."""
    context, record = work.context, work.record
    context.registry.move(work.lab, LabState.PROVISIONING, now=context.clock.now())
    spec = sandbox_spec(work.lab, [context.catalogue[name] for name in work.variants])
    leave = work.permitted.leave if work.permitted else None
    if leave:
        spec = replace(spec, egress=True)  # what is in a cluster beside the account reaches it over the Internet
    with ExitStack() as boots:
        ahead: dict[str, Engine] = {
            each.name: each if each.name == ACCOUNT else boots.enter_context(booting(each, spec))
            for each in engines(context, record)
        }
        lab_program = program(record, work.variants, spec, engine_of=ahead.__getitem__, leave=leave)
        outputs = context.stack_of(work.lab, ahead.__getitem__).up(lab_program)
    if outputs.admin_kubeconfig and outputs.aws.admin and not leave:
        context.join(work.lab)
        if any(variant.aws and variant.has_cluster for variant in work.variants.values()):
            introduce(context.sandbox_of(outputs.admin_kubeconfig), context.account_of(outputs.aws.admin))
    files = context.files(work.lab)
    if outputs.admin_kubeconfig:
        files.keep(admin=outputs.admin_kubeconfig)
        work.timings["node_ready_seconds"] = round(outputs.node_ready_seconds, 3)
    if outputs.aws.admin:
        files.keep_account(admin=outputs.aws.admin, names=outputs.aws.names)
        work.timings["account_ready_seconds"] = round(outputs.aws.ready_seconds, 3)
    if leave:
        wait_for_grader(context, outputs.aws.admin)
    work.outputs = outputs


def _undo_stack(work: _Work) -> None:
    """Nothing of the sandbox is left, then nothing of the stack: the node is what costs."""
    for engine in engines(work.context, work.record):
        engine.destroy(work.lab)
    end_account(work.context, work.lab)
    work.context.stack_of(work.lab, work.context.engine_of).forget()
    work.context.files(work.lab).remove()


def _symptom(work: _Work) -> None:
    """Every scenario shows its symptom, and has its baseline."""
    context = work.context
    files = context.files(work.lab)
    clock = StoppableClock(context.clock)

    def prove(name: ScenarioId) -> HandOver:
        variant, checks = work.variants[name], python_checks(context.catalogue[name])
        return hand_over(
            named_spec(variant, files.read_names(name)), sandbox(context, work.lab, variant), clock, checks
        )

    with ThreadPoolExecutor(max_workers=len(work.variants), thread_name_prefix="symptom") as pool:
        try:
            proving = {name: pool.submit(prove, name) for name in work.variants}
            for ended in as_completed(proving.values()):
                ended.result()
            work.handed = {name: proof.result() for name, proof in proving.items()}
        except BaseException:
            clock.stop()  # one scenario's failure, or Ctrl-C, ends the waiting of all
            raise
    context.registry.note(
        work.lab,
        "symptoms proven",
        now=context.clock.now(),
        baselines={name: handed.baseline.to_json() for name, handed in work.handed.items()},
        symptoms={name: _symptom_json(handed) for name, handed in work.handed.items()},
    )


def _symptom_json(handed: HandOver) -> dict[str, Any]:
    seen = handed.proof.seen_by_user
    if seen is None:
        return {}
    return {
        "check": seen.check,
        "expected": {"en": seen.message.en, "es": seen.message.es},
        "seen": {"en": seen.reason.en, "es": seen.reason.es},
    }


def _hand_over(work: _Work) -> None:
    """The candidate's way in is there, and their clock runs."""
    context = work.context
    if work.outputs is None:
        raise InputError(f"The lab {work.lab} has no stack.")
    files = context.files(work.lab)
    if work.outputs.admin_kubeconfig:
        files.keep(admin=work.outputs.admin_kubeconfig, candidate=work.outputs.candidate_kubeconfig)
    if work.outputs.aws.admin:
        files.keep_environment(work.outputs.aws.environment)
    now = context.clock.now()
    context.registry.move(work.lab, LabState.READY, now=now, ready_at=now)


def _note_failure(work: _Work, error: BaseException) -> None:
    """The registry says why; a lab that was never reserved has no row, and a failed undo leaves it to sweep."""
    registry = work.context.registry
    if not any(record.id == work.lab for record in registry.labs()):
        return
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    registry.move(work.lab, LabState.FAILED, now=work.context.clock.now(), failure=reason)
    registry.release(work.lab)


UP_STEPS: tuple[Step[_Work], ...] = (
    Step("reserve", _reserve),
    Step("stack", _stack, undo=_undo_stack),
    Step("symptom", _symptom),
    Step("hand-over", _hand_over),
)
"""Each is journalled when it is done."""
