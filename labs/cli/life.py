"""A lab's life: up, list, show, brief, hint, shell, freeze, down, sweep."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labs.cli.accounts import (
    AccountId,
    AccountOptions,
    BudgetUsd,
    Confirm,
    EngineName,
    Notify,
    Region,
    account_request,
    account_wish,
)
from labs.cli.options import Json, Lab, Lang, Minutes, ScenarioName, duration_seconds, seed_text
from labs.cli.output import note, print_json, say, table
from labs.cli.planning import DEFAULT_MINUTES, plan_of_source
from labs.core.errors import ExitCode, InputError
from labs.core.ids import ScenarioId, candidate_name, lab_id, scenario_id

if TYPE_CHECKING:
    from labs.lifecycle.context import Context
    from labs.lifecycle.record import LabRecord


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("up")(up)
    app.command("list")(list_labs)
    for command in (show, brief, hint, shell, freeze, down, sweep):
        app.command(command.__name__)(command)


def context_of() -> "Context":
    """Return the context of this host, its steps told on standard error."""
    from labs.lifecycle.wiring import real_context  # noqa: PLC0415 - --help must be quick

    return real_context(lambda step: note(f"· {step}"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which scenarios a lab shall hold, and why."""

    scenarios: tuple[ScenarioId, ...]
    posting: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)


def up(
    posting: Annotated[
        str | None,
        typer.Argument(
            metavar="POSTING|PLAN", help="A posting, or a plan of `taller plan --write`; - for standard input."
        ),
    ] = None,
    *,
    candidate: Annotated[str, typer.Option("--candidate", metavar="NAME", help="Whose lab it is.")],
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", metavar="ID", help="A scenario; may be repeated.")
    ] = None,
    minutes: Minutes = DEFAULT_MINUTES,
    seed: Annotated[
        str, typer.Option("--seed", metavar="TEXT", help="What the variants are drawn from; default: the name.")
    ] = "",
    ttl: Annotated[
        str,
        typer.Option("--ttl", metavar="TIME", help="How long the lab lives: 90m, 4h, 2d; default: TALLER_TTL_SECONDS."),
    ] = "",
    engine: EngineName = "",
    account: AccountId = "",
    region: Region = "",
    budget_usd: BudgetUsd = None,
    notify: Notify = None,
    confirm: Confirm = "",
    json: Json = False,
) -> None:
    """Start a candidate's lab, broken and ready to be worked in.

    It is provisioned, broken, and its symptoms are proven before it is handed over. The same lab asked for twice
    changes nothing. What is wrong with the input or the host is said before anything is created.
    With --engine account, AWS scenarios are made in a real account: cost and account are shown first, and its id must
    be typed, or passed with --confirm.
    """
    from labs.cli.tools import ensure_toolchain  # noqa: PLC0415
    from labs.lifecycle.ttl import lab_seconds  # noqa: PLC0415
    from labs.lifecycle.up import UpRequest  # noqa: PLC0415
    from labs.lifecycle.up import up as bring_up  # noqa: PLC0415
    from labs.lifecycle.views import up_result_json  # noqa: PLC0415

    name, drawn_from = candidate_name(candidate), seed_text(seed)
    wish = account_wish(engine, AccountOptions(account, region, budget_usd, tuple(notify or ()), confirm))
    context = context_of()
    seconds = lab_seconds(context.settings, duration_seconds(ttl) if ttl else None)
    if posting in context.catalogue.scenarios and not Path(str(posting)).exists():
        raise InputError(f"{posting!r} is a scenario, not a file.", hint=f"Pass it as --scenario {posting}.")
    wanted = wanted_scenarios(posting, scenario or [], minutes)
    for each in wanted.scenarios:
        _ = context.catalogue[each]  # there is one of that name, or an error that says so
    ensure_toolchain()
    request = UpRequest(
        name, wanted.scenarios, seed=drawn_from, ttl_seconds=seconds, posting=wanted.posting, plan=wanted.plan,
        account=account_request(wish, confirm, json=json) if wish else None,
    )  # fmt: skip
    record = bring_up(context, request)
    if json:
        print_json(up_result_json(context, record))
    else:
        show_ready(context, record)


def wanted_scenarios(posting: str | None, named: list[str], minutes: int) -> Wanted:
    """Return the scenarios of a posting or plan ("-": on standard input) or of the options, else raise InputError."""
    ids = tuple(dict.fromkeys(scenario_id(name) for name in named))
    if posting is None:
        if not ids:
            raise InputError("Nothing says what the lab shall hold.", hint="Pass a posting, a plan or --scenario ID.")
        return Wanted(ids)
    from labs.posting.plan_json import to_json  # noqa: PLC0415
    from labs.posting.planfile import is_plan, load_plan  # noqa: PLC0415
    from labs.posting.source import read_source  # noqa: PLC0415

    source = read_source(posting)
    if is_plan(source.text):
        file = load_plan(source.text, source.name)
        return Wanted(tuple(dict.fromkeys((*file.scenario_ids, *ids))), file.posting or source.name)
    plan = plan_of_source(source, minutes)
    chosen = tuple(dict.fromkeys((*(each.id for each in plan.scenarios), *ids)))
    if not chosen:
        from labs.posting.sentences import notes  # noqa: PLC0415

        raise InputError(" ".join(notes(plan, "en")), hint="`taller catalogue` shows what can be tested.")
    return Wanted(chosen, source.name, to_json(plan))


def show_ready(context: "Context", record: "LabRecord") -> None:
    """Print a lab that was handed over: what its users see, how to get in, how long it took."""
    for name in record.scenarios:
        symptom = record.symptoms.get(name) or {}
        say(f"{name}: {symptom.get('expected', {}).get('en', '')}", style="bold")
        say(f"  seen: {symptom.get('seen', {}).get('en', '')}")
    times = " · ".join(f"{name.removesuffix('_seconds')} {value:.1f} s" for name, value in record.timings.items())
    say(f"Lab {record.id} is {record.state} ({times}).", style="green")
    say(f"  taller brief {record.id}      what the candidate reads")
    kubeconfig = context.files(record.id).kubeconfig
    other_way = f"; or KUBECONFIG={kubeconfig}" if kubeconfig.exists() else ""
    if record.engine == "account":
        say(f"  {context.files(record.id).aws_environment}      the candidate's variables")
    else:
        say(f"  taller shell {record.id}      a shell in it{other_way}")
    say(f"  taller grade {record.id}      the score, at any time")
    say(f"  taller down {record.id}       remove it")


def list_labs(*, json: Json = False) -> None:
    """List the labs of this TALLER_HOME."""
    from labs.lifecycle.sandboxes import vanished  # noqa: PLC0415
    from labs.lifecycle.views import lab_json, moment  # noqa: PLC0415

    context = context_of()
    records = context.registry.labs()
    if json:
        print_json([lab_json(context, record) for record in records])
        return
    if not records:
        say("There are no labs.")
        return
    table(
        "",
        ("Lab", "State", "Candidate", "Scenarios", "Until"),
        [
            (
                each.id,
                f"{each.state}, damaged" if vanished(context, each) else each.state,
                each.candidate,
                ", ".join(each.scenarios),
                moment(each.expires_at) or "",
            )
            for each in records
        ],
    )


def show(lab: Lab, *, json: Json = False) -> None:
    """Show one lab: its state, times, hints and journal."""
    from labs.lifecycle.views import lab_json  # noqa: PLC0415

    context = context_of()
    record = context.registry.get(lab_id(lab))
    document = lab_json(context, record, context.registry.events(record.id))
    if json:
        print_json(document)
        return
    for name, value in document.items():
        if name not in {"events", "symptoms"} and value:
            say(f"{name.replace('_', ' ')}: {_plain(value)}")
    for event in document.get("events", []):
        say(f"  {event['at']}  {event['name']}  {event['detail']}")


def _plain(value: object) -> str:
    """A value of a JSON document, in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_plain(each)}" for name, each in value.items())
    return ", ".join(map(_plain, value)) if isinstance(value, list) else str(value)


def brief(lab: Lab, *, lang: Lang = "en") -> None:
    """Print what the candidate reads.

    The symptoms as users report them, what must hold in the end, and what must not be touched.
    """
    from labs.lifecycle.variants import drawn  # noqa: PLC0415

    context = context_of()
    record = context.registry.get(lab_id(lab))
    variants = drawn(context.catalogue, record.scenarios, record.seed)
    for line in "\n\n".join(variant.brief(lang).strip() for variant in variants.values()).splitlines():
        say(line)  # one by one: a single text is cut after 60 lines


def hint(lab: Lab, scenario: ScenarioName, *, lang: Lang = "en", json: Json = False) -> None:
    """Give the candidate the next hint of a scenario.

    Its cost is kept with the lab and comes off the points.
    """
    from labs.lifecycle.grade import hint as give_hint  # noqa: PLC0415

    context = context_of()
    number, given = give_hint(context, lab_id(lab), scenario_id(scenario))
    if json:
        print_json({"scenario": scenario, "number": number, "cost": given.cost, "text": dict(given.text)})
    else:
        say(f"{number}. (-{given.cost}) {given.text[lang]}")


def shell(
    lab: Lab,
    command: Annotated[
        list[str] | None, typer.Argument(metavar="COMMAND…", help="Instead of an interactive shell.")
    ] = None,
    *,
    node: Annotated[
        bool, typer.Option("--node", help="On the lab's node itself, as its root, where a scenario is about the node.")
    ] = False,
) -> None:
    """Open a shell in the lab, as the candidate.

    kubectl or aws is set up, nothing of this host is in reach. `taller shell LAB -- COMMAND…` runs one command.
    """
    from labs.lifecycle.sandboxes import engines  # noqa: PLC0415
    from labs.lifecycle.shells import enter  # noqa: PLC0415

    context = context_of()
    record = enter(context, lab_id(lab)).record
    words, engine = command or ["bash", "-i"], engines(context, record)[0]
    if node:
        if not any(context.catalogue[name].sandbox.node_shell for name in record.scenarios):
            raise InputError(f"No scenario of the lab {record.id} is about its node.", lab=record.id)
        argv = engine.command_on_node(record.id, words, terminal=True)
    else:
        argv = engine.command_in_cell(record.id, words, context.files(record.id).read_access())
    sys.stdout.flush()
    os.execvp(argv[0], list(argv))  # noqa: S606 - the terminal is the shell's from here on


def freeze(lab: Lab, *, json: Json = False) -> None:
    """End the candidate's access; the lab stays to be graded."""
    from labs.lifecycle.grade import freeze as end_access  # noqa: PLC0415
    from labs.lifecycle.views import lab_json  # noqa: PLC0415

    context = context_of()
    record = end_access(context, lab_id(lab))
    if json:
        print_json(lab_json(context, record))
    else:
        say(f"Lab {record.id} is {record.state}.")


def down(
    labs: Annotated[list[str] | None, typer.Argument(metavar="LAB…", help="Labs to remove.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All labs of this TALLER_HOME.")] = False,
    json: Json = False,
) -> None:
    """Remove labs without a trace. What is gone already stays so."""
    from labs.lifecycle.down import down as take_down  # noqa: PLC0415
    from labs.lifecycle.views import lab_json  # noqa: PLC0415

    if bool(labs) == everything:
        raise InputError("Name labs, or pass --all.", hint="`taller list` shows the labs.")
    context = context_of()
    wanted = [record.id for record in context.registry.labs()] if everything else [lab_id(name) for name in labs or []]
    for each in wanted:
        context.registry.get(each)  # all names are right before any lab goes
    records = [take_down(context, each) for each in wanted]
    if json:
        print_json([lab_json(context, record) for record in records])
        return
    for record in records:
        say(f"Lab {record.id} is {record.state}.")
    if not records:
        say("There are no labs.")


def sweep(*, json: Json = False) -> None:
    """Remove what is expired, half-made or orphaned.

    Found on the host itself, also when the registry or state files are lost. Safe beside other commands at work.
    """
    from labs.lifecycle.sweep import sweep as sweep_all  # noqa: PLC0415
    from labs.lifecycle.views import swept_json  # noqa: PLC0415

    swept = sweep_all(context_of())
    if json:
        print_json(swept_json(swept))
    else:
        for each in swept:
            say(f"{each.lab}: {each.reason}{f', but {each.trouble}' if each.trouble else ', removed'}")
        if not swept:
            say("There was nothing to sweep.")
    if any(each.trouble for each in swept):
        raise typer.Exit(ExitCode.INFRASTRUCTURE)
