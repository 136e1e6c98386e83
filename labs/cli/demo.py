"""`taller demo`: the main job, end to end, on real labs, and then nothing is left.

Everything here goes through the same functions as the commands; each step says what the command would be.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from labs.cli.grading import show_report, traces
from labs.cli.output import note, say, table
from labs.cli.planning import plan_of, show_plan
from labs.cli.tools import ensure_toolchain
from labs.core.errors import InfrastructureError
from labs.core.ids import ScenarioId
from labs.lifecycle.context import Context
from labs.lifecycle.record import LabRecord

if TYPE_CHECKING:
    from grading.results import Report
    from labs.posting.plan import Plan

POSTING = Path(__file__).parents[2] / "examples/postings/devops-senior.es.md"
SHOWN = (ScenarioId("orders_routing"), ScenarioId("catalog_never_ready"), ScenarioId("documents_shared"))
"""Two kinds of sandbox, quick to mend. They fill the time: the demo stays as it is while the catalogue grows."""
MINUTES = 50
TRAPPED = ScenarioId("orders_routing")
TRAP = "delete-the-neighbour"


@dataclass(slots=True)
class _Demo:
    context: Context
    times: list[tuple[str, float]] = field(default_factory=list)
    labs: list[LabRecord] = field(default_factory=list)

    @contextmanager
    def timed(self, title: str) -> Iterator[None]:
        say()
        say(f"== {title}", style="bold cyan")
        started = time.monotonic()
        yield
        self.times.append((title, time.monotonic() - started))


def run_demo() -> None:
    """Plan, provision, break, grade, fix, grade, trap, remove. Raises InfrastructureError when a step disappoints."""
    from labs.lifecycle.wiring import real_context  # noqa: PLC0415 - slow to import

    ensure_toolchain()
    demo = _Demo(real_context(lambda step: note(f"· {step}")))
    begun = time.monotonic()
    try:
        plan = _plan(demo)
        _first_lab(demo, plan)
        _second_lab(demo, plan)
    finally:
        _remove(demo)
    _nothing_left(demo)
    demo.times.append(("all of it", time.monotonic() - begun))
    say()
    table("Times", ("Step", "Seconds"), [(title, f"{seconds:.1f}") for title, seconds in demo.times])
    say(f"Report: {report_path(demo.labs[0])}", style="bold")


def report_path(record: LabRecord) -> Path:
    """Where the demo's report is."""
    return Path("build") / f"report-{record.id}.html"


def _plan(demo: _Demo) -> "Plan":
    from labs.posting.coverage import Wishes  # noqa: PLC0415 - --help must be quick

    included = " ".join(f"--include {name}" for name in SHOWN)
    with demo.timed(f"taller plan {POSTING.name} --minutes {MINUTES} {included}"):
        plan = plan_of(str(POSTING), MINUTES, Wishes(include=SHOWN))
        show_plan(plan)
    return plan


def _first_lab(demo: _Demo, plan: "Plan") -> None:
    with demo.timed(f"taller up {POSTING.name} --candidate demo"):
        record = _up(demo, plan, "demo", *(each.id for each in plan.scenarios))
        for name in record.scenarios:
            symptom = record.symptoms[name]
            say(f"{name}: {symptom['expected']['en']}", style="bold")
            say(f"  a user sees: {symptom['seen']['en']}")
    with demo.timed("taller grade (untouched)"):
        _expect(_grade(demo, record), "the untouched lab scores nothing", lambda report: report.points == 0)
    with demo.timed("taller fix (each scenario's first reference fix, as a candidate)"):
        _fix_all(demo, record)
    with demo.timed("taller grade (fixed)"):
        report = _grade(demo, record)
        _expect(report, "the fixed lab gets full marks", lambda report: report.points == report.max_points > 0)
        _write_report(record, report)


def _second_lab(demo: _Demo, plan: "Plan") -> None:
    from labs.lifecycle.scripts import apply_script  # noqa: PLC0415

    with demo.timed("taller up --scenario orders_routing --candidate 'demo two'"):
        record = _up(demo, plan, "demo two", TRAPPED)
    with demo.timed(f"taller fix --trap {TRAP}"):
        applied = apply_script(demo.context, record.id, TRAPPED, trap=TRAP)
        say(f"A wrong fix was applied: {TRAP}.")
    with demo.timed("taller grade (trapped)"):
        report = _grade(demo, record)
        caught = applied.script.caught_by
        _expect(report, f"the trap is caught by {caught}", lambda report: caught in _failed(report))


def _up(demo: _Demo, plan: "Plan", candidate: str, *scenarios: ScenarioId) -> LabRecord:
    from labs.lifecycle.up import UpRequest, up  # noqa: PLC0415
    from labs.posting.plan_json import to_json  # noqa: PLC0415

    record = up(demo.context, UpRequest(candidate, scenarios, posting=str(POSTING), plan=to_json(plan)))
    demo.labs.append(record)
    say(
        f"Lab {record.id} is {record.state}: node Ready in {record.timings['node_ready_seconds']:.1f} s.", style="green"
    )
    return record


def _grade(demo: _Demo, record: LabRecord) -> "Report":
    from labs.lifecycle.grade import lab_grade  # noqa: PLC0415

    report = lab_grade(demo.context, record.id, requirements=traces(record.plan))
    show_report(report, "en")
    return report


def _fix_all(demo: _Demo, record: LabRecord) -> None:
    from labs.lifecycle.scripts import apply_script  # noqa: PLC0415

    with ThreadPoolExecutor(len(record.scenarios)) as pool:
        applied = pool.map(lambda name: (name, apply_script(demo.context, record.id, name)), record.scenarios)
        for name, done in applied:
            say(f"{name}: {done.script.name}")


def _write_report(record: LabRecord, report: "Report") -> None:
    from grading.report import to_html  # noqa: PLC0415

    path = report_path(record)
    path.parent.mkdir(exist_ok=True)
    path.write_text(to_html(report, "es"), encoding="utf-8")


def _failed(report: "Report") -> set[str]:
    checks = {each.id for scenario in report.scenarios for each in scenario.checks if each.verdict == "failed"}
    return checks | {g.id for scenario in report.scenarios for g in scenario.safeguards if g.verdict == "failed"}


def _expect(report: "Report", claim: str, holds: "Callable[[Report], bool]") -> None:
    if not holds(report):
        raise InfrastructureError(f"The demo shows that it is not so that {claim}.", lab=report.lab)
    say(f"As it must be: {claim}.", style="green")


def _remove(demo: _Demo) -> None:
    from labs.lifecycle.down import down  # noqa: PLC0415

    with demo.timed("taller down (both labs)"), ThreadPoolExecutor(2) as pool:
        for record in pool.map(lambda lab: down(demo.context, lab.id), demo.labs):
            say(f"Lab {record.id} is {record.state}.")


def _nothing_left(demo: _Demo) -> None:
    from provisioner.inventory import host_inventory  # noqa: PLC0415

    with demo.timed("taller inventory"):
        ours = {record.id for record in demo.labs}
        left = [each for each in host_inventory() if each.lab in ours]
        if left:
            names = ", ".join(f"{each.kind} {each.name}" for each in left)
            raise InfrastructureError(f"The labs left something: {names}", hint="Run `taller sweep`.")
        say("Nothing of the two labs is on this host.", style="green")
