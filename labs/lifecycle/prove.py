"""`prove`: the proofs of SCENARIOS.md for whole scenarios, in labs of their own."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from grading.baseline import Baseline
from grading.findings import Verdict
from grading.grade import grade_scenario
from grading.helpers import PythonCheck
from labs.catalogue.variant import Variant
from labs.core.aws import AwsAdmin
from labs.core.errors import TallerError
from labs.core.ids import LabId, ScenarioId
from labs.core.ports import Sandbox
from labs.core.states import LabState
from labs.lifecycle.benches import AwsBench, Bench, KubernetesBench
from labs.lifecycle.blueprint import sandbox_spec
from labs.lifecycle.context import Context
from labs.lifecycle.down import down
from labs.lifecycle.freshbench import FreshKubernetesBench
from labs.lifecycle.joined import JoinedSandbox, introduce
from labs.lifecycle.joinedbench import JoinedBench
from labs.lifecycle.owners import this_process
from labs.lifecycle.pace import Pace
from labs.lifecycle.proofs import EVERYTHING, Part, Proof, Prover, Task, tasks, verdicts_of
from labs.lifecycle.record import LabRecord
from labs.lifecycle.sandboxes import EMULATED, SEPARATOR
from labs.lifecycle.sweep import remains
from labs.lifecycle.variants import drawn, python_checks

LAB_SECONDS = 2 * 3600.0
"""How long a proving lab may live before a sweep takes it for forgotten."""
TOLD_EACH = 20
"""After so many tasks it is told how many are done."""
CLOSED_PORT = "https://127.0.0.1:1"
"""Nothing listens there: a sandbox that cannot be reached."""


@dataclass(frozen=True, slots=True)
class _Job:
    """Some proofs of a variant, to be made on any bench."""

    task: Task
    variant: Variant
    seed: str
    checks: Mapping[str, PythonCheck]


PATIENCE_SECONDS = 20.0
"""A wait takes at least so long: a look at nothing costs 1.4 s of retries, and two are enough to lose patience."""


class VirtualClock:
    """Time that passes only by waiting: what would be patience takes no time."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        """See Clock."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """See Clock."""
        self._now += max(seconds, PATIENCE_SECONDS)


class Tally:
    """Tells at once of what broke, and now and then how far it has come: a catalogue takes half an hour."""

    def __init__(self, told: Callable[[str], None], total: int) -> None:
        self._told = told
        self._total = total
        self._done = 0
        self._lock = threading.Lock()

    def count(self, proofs: Sequence[Proof]) -> None:
        """A task is done, with these proofs."""
        for each in proofs:
            if not each.holds:
                self._told(f"prove:BROKEN {each.scenario} {each.seed} {each.name}: {each.detail}")
        with self._lock:
            self._done += 1
            if self._done % TOLD_EACH == 0 or self._done == self._total:
                self._told(f"prove:{self._done} of {self._total} tasks done")


Turn = Callable[[], AbstractContextManager[None]]


def prove(
    context: Context,
    seeds: Mapping[ScenarioId, Sequence[str]],
    *,
    labs: int = 1,
    runs: int = 1,
    part: Part = EVERYTHING,
) -> Sequence[Proof]:
    """Return every proof of every scenario for each of its seeds, made so many times. All run; nothing is left after.

    Of the healthy system, the further fixes and the traps only a `part` may be asked for.

    The proofs are shared out among so many labs. In a cluster every scenario has a thread of its own, since their
    namespaces differ; most of the time is waiting, so that three labs on two cores are worth it. An account, or a node
    that is worked on itself, is one scenario's at a time. How many proofs run at any moment: see `Pace`. Raises
    NotFoundError for an unknown scenario, and what making a lab raises.
    """
    needs = {name: context.catalogue[name].sandbox for name in seeds}  # raises before anything is created
    with ExitStack() as stack:
        in_clusters = [
            name for name, each in needs.items() if each.kind == "kubernetes" and not each.account and not each.is_fresh
        ]
        in_accounts = [name for name, each in needs.items() if each.kind == "aws"]
        on_nodes = [name for name, each in needs.items() if each.is_fresh]
        in_both = [name for name, each in needs.items() if each.account]
        clusters = _benches(context, stack, in_clusters, max(1, labs))
        wanted = partial(_queue, context, seeds=seeds, runs=runs, part=part)
        queues = [wanted([name]) for name in in_clusters]
        work = [(queue, each, False) for queue in queues for each in clusters]
        # These go through one another on few labs, and would end long after all others.
        for names in (in_accounts, in_both, on_nodes):
            queues.append(wanted(names))
            work += [(queues[-1], each, True) for each in _benches(context, stack, names, max(1, labs))]
        for _, each, _ in work:
            each.users += 1
        pool = stack.enter_context(ThreadPoolExecutor(len(work) or 1, "prove"))
        stack.callback(_empty, queues)  # who is interrupted waits for what runs, and no more
        pace, tally = Pace(), Tally(context.told, sum(queue.qsize() for queue in queues))
        running = [
            pool.submit(_work_off, queue, each, partial(pace.turn, first=first), tally) for queue, each, first in work
        ]
        try:
            found = [proof for each in running for proof in each.result()]
        except KeyboardInterrupt:
            context.told("prove:interrupted, waiting a minute or two for the proofs that run; then their labs go")
            raise
        used = {each.bench.lab for _, each, _ in work}
    left = sorted(used & set(remains(context)))
    detail = f"the labs {', '.join(left)} left something: `taller inventory`" if left else ""
    teardown = [Proof(name, of[0], "teardown", detail, 0.0) for name, of in seeds.items()]
    return sorted([*found, *teardown], key=lambda proof: (proof.scenario, proof.seed, proof.name))


def proofs_json(proofs: Sequence[Proof]) -> dict[str, Any]:
    """Return what `taller prove --json` prints."""
    return {
        "holds": all(proof.holds for proof in proofs),
        "proofs": [
            {
                "scenario": proof.scenario,
                "seed": proof.seed,
                "proof": proof.name,
                "holds": proof.holds,
                "inconclusive": proof.is_infrastructure,
                "detail": proof.detail,
                "seconds": proof.seconds,
            }
            for proof in proofs
        ],
        "flakes": [
            {"scenario": name, "seed": seed, "proof": proof, "failed": failed, "runs": runs}
            for (name, seed, proof), failed, runs in flakes(proofs)
        ],
    }


def flakes(proofs: Sequence[Proof]) -> Sequence[tuple[tuple[ScenarioId, str, str], int, int]]:
    """Return which proofs (scenario, seed, name) held in some of their runs only, and in how many of how many not."""
    held: defaultdict[tuple[ScenarioId, str, str], list[bool]] = defaultdict(list)
    for proof in proofs:
        held[proof.scenario, proof.seed, proof.name].append(proof.holds)
    return [(which, each.count(False), len(each)) for which, each in held.items() if len(set(each)) > 1]


@dataclass(slots=True)
class Lent:
    """A bench that is gone when the last who uses it is done: a cluster that waits takes a twentieth of a core."""

    bench: Bench
    ends: ExitStack
    users: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def give_back(self) -> None:
        """One of its users is done. Raises what removing a lab raises."""
        with self._lock:
            self.users -= 1
            is_last = self.users == 0
        if is_last:
            self.ends.close()


def _benches(context: Context, stack: ExitStack, scenarios: Sequence[ScenarioId], labs: int) -> Sequence[Lent]:
    """The labs, made side by side, none without scenarios; each is gone when the contexts end, at the latest."""
    if not scenarios:
        return []
    ends = [stack.enter_context(ExitStack()) for _ in range(labs)]
    with ThreadPoolExecutor(labs, "prove-labs") as pool:
        coming = [pool.submit(each.enter_context, _lab(context, scenarios)) for each in ends]
        return [Lent(bench.result(), each) for bench, each in zip(coming, ends, strict=True)]


def _queue(
    context: Context,
    names: Sequence[ScenarioId],
    *,
    seeds: Mapping[ScenarioId, Sequence[str]],
    runs: int,
    part: Part,
) -> "SimpleQueue[_Job]":
    """What is to be proven of some scenarios."""
    queue: SimpleQueue[_Job] = SimpleQueue()
    for name in names:
        checks = python_checks(context.catalogue[name])
        unreachable: Task = partial(_unreachable, context)
        for seed in [*seeds[name]] * runs:
            variant = drawn(context.catalogue, [name], seed)[name]
            for each in (*tasks(variant, part), unreachable):
                queue.put(_Job(each, variant, seed, checks))
    return queue


def _work_off(queue: "SimpleQueue[_Job]", lent: Lent, turn: Turn, tally: Tally) -> list[Proof]:
    found: list[Proof] = []
    try:
        while True:
            with turn():
                try:
                    job = queue.get_nowait()
                except Empty:
                    return found
                proofs = job.task(Prover(lent.bench, job.variant, job.seed, job.checks))
                found += proofs
                tally.count(proofs)
                _tidy(lent.bench, job.variant)
    finally:
        lent.give_back()


def _empty(queues: "Sequence[SimpleQueue[_Job]]") -> None:
    for queue in queues:
        with suppress(Empty):
            while True:
                queue.get_nowait()


def _tidy(bench: Bench, variant: Variant) -> None:
    """The system takes no more of the machine: 70 that waited for their next turn took two cores from the others."""
    with suppress(TallerError):  # the next proof on this bench tries again, and tells
        bench.clear(variant)


def _unreachable(context: Context, prover: Prover) -> list[Proof]:
    """A sandbox that nobody answers for is inconclusive, and never a failure."""
    variant = prover.variant
    baseline = Baseline(variant.scenario, 0.0, {}, {}, {})
    result = grade_scenario(variant.spec, _nowhere(context, variant), baseline, VirtualClock(1e9), prover.checks)
    wrong = [each.id for each in verdicts_of(result) if each.verdict is not Verdict.INCONCLUSIVE]
    detail = f"with nobody answering, {', '.join(wrong)} claimed to know" if wrong else ""
    return [Proof(variant.scenario, prover.seed, "unreachable", detail, 0.0)]


def _nowhere(context: Context, variant: Variant) -> Sandbox:
    admin = AwsAdmin("http://127.0.0.1:1", "000000000000", "eu-west-1", "none").to_json()
    if not variant.has_cluster:
        return context.account_of(admin)
    document: Mapping[str, Any] = {
        "clusters": [{"name": "none", "cluster": {"server": CLOSED_PORT}}],
        "users": [{"name": "none", "user": {"token": "none"}}],
        "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
        "current-context": "none",
    }
    cluster = context.sandbox_of(json.dumps(document))
    return JoinedSandbox(cluster, context.account_of(admin)) if variant.aws else cluster


@contextmanager
def _lab(context: Context, scenarios: Sequence[ScenarioId]) -> Iterator[Bench]:
    """Give an empty lab, in the registry lest a killed run leave it unknown; gone when the context ends."""
    needs = context.catalogue[scenarios[0]].sandbox
    names = ["labnode"] if needs.kind == "kubernetes" else []
    names += [EMULATED] if needs.kind == "aws" or needs.account else []
    lab = _registered(context, scenarios, SEPARATOR.join(names))
    try:
        if needs.kind == "aws":
            yield _account_bench(context, lab)
            return
        engine = context.engine_of("labnode")
        spec = sandbox_spec(lab, [context.catalogue[name] for name in scenarios])
        if needs.is_fresh:
            yield FreshKubernetesBench(lab, engine, context.sandbox_of, context.clock, context.told, spec=spec)
            return
        handle = engine.create(spec)
        bench = KubernetesBench(lab, engine, context.sandbox_of, context.clock, context.told, admin=handle.admin)
        if not needs.account:
            yield bench
            return
        account = _account_bench(context, lab)

        def acquaint() -> None:
            context.join(lab)
            introduce(bench.cluster, account.account)

        yield JoinedBench(bench, account, acquaint)
    finally:
        down(context, lab)


def _account_bench(context: Context, lab: LabId) -> AwsBench:
    return AwsBench(lab, context.engine_of(EMULATED), context.account_of, context.clock, context.told)


def _registered(context: Context, scenarios: Sequence[ScenarioId], engine: str) -> LabId:
    lab = context.registry.unused_id("prove")
    now = context.clock.now()
    context.registry.reserve(
        LabRecord(
            id=lab,
            candidate=f"proofs ({lab})",
            state=LabState.REQUESTED,
            created_at=now,
            expires_at=now + LAB_SECONDS,
            seed="",
            engine=engine,
            scenarios=tuple(scenarios),
            doing="prove",
            owner=this_process(),
        )
    )
    context.registry.move(lab, LabState.PROVISIONING, now=now)
    return lab
