"""`taller plan`, `taller catalogue`: what a posting asks for, and what there is to test it with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from labs.cli.options import Json, Minutes
from labs.cli.output import check_writable, note, print_json, say, table, write_text
from labs.core.errors import InputError
from labs.core.ids import scenario_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labs.catalogue.loader import Catalogue
    from labs.posting.coverage import Option, Wishes
    from labs.posting.plan import Plan
    from labs.posting.planfile import PlanFile
    from labs.posting.source import Source

DEFAULT_MINUTES = 60
TITLE_CHARACTERS = 80
"""A posting without a heading gives its opening lines as the title."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("plan")(plan)
    app.command("invite")(invite)
    app.command("catalogue")(catalogue)


Include = Annotated[
    list[str] | None, typer.Option("--include", metavar="ID", help="A scenario that must be in it; may be repeated.")
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="ID", help="A scenario to leave out; may be repeated.")
]
PlanLevel = Annotated[
    Literal["junior", "semi-senior", "senior", "lead"] | None,
    typer.Option("--level", metavar="LEVEL", help="junior, semi-senior, senior or lead, whatever the posting says."),
]


def plan(
    posting: Annotated[
        str | None,
        typer.Argument(metavar="POSTING", help="Markdown, HTML, text, JSON-LD or PDF; - for standard input."),
    ] = None,
    *,
    minutes: Minutes = DEFAULT_MINUTES,
    level: PlanLevel = None,
    include: Include = None,
    exclude: Exclude = None,
    matrix: Annotated[bool, typer.Option("--matrix", help="Also show which scenario tests which requirement.")] = False,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write an editable plan file for `taller up`.")
    ] = None,
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option("--diff", metavar="OLD NEW", help="What changed between two postings or plan files."),
    ] = None,
    json: Json = False,
) -> None:
    """Read a posting and plan what tests it.

    Says what it asks for, in which lines, which scenarios test that within the time, and what nothing tests yet.
    """
    wishes = wishes_of(level, include or [], exclude or [])
    if diff is not None:
        show_difference(*diff, minutes=minutes, wishes=wishes, json=json)
        return
    if posting is None:
        raise InputError("Nothing says which posting to read.", hint="Pass its path, or - for standard input.")
    if write:
        check_writable(write)
    source = read_posting_source(posting)
    made = plan_of_source(source, minutes, wishes)
    if write:
        from labs.posting.planfile import dump_plan  # noqa: PLC0415

        write_text(write, dump_plan(made))
        note(f"The plan is in {write}: edit it, then `taller up {write} --candidate NAME`.")
    if json:
        from labs.posting.plan_json import to_json  # noqa: PLC0415

        print_json(to_json(made))
        return
    show_plan(made)
    if matrix and made.scenarios:
        show_matrix(made)


def invite(
    posting: Annotated[
        str, typer.Argument(metavar="POSTING|PLAN", help="A posting, or the plan file of one; - for standard input.")
    ],
    *,
    minutes: Minutes = DEFAULT_MINUTES,
    level: PlanLevel = None,
    include: Include = None,
    exclude: Exclude = None,
    lang: Annotated[
        Literal["en", "es", "pt"] | None,
        typer.Option("--lang", metavar="en|es|pt", help="The candidate's language; default: the posting's."),
    ] = None,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write it there rather than show it.")
    ] = None,
) -> None:
    """Write the invitation that a candidate gets.

    What to expect, how long, what about: Markdown, in the candidate's language. It gives nothing of the tasks away.
    """
    from labs.posting.invitation import invitation  # noqa: PLC0415
    from labs.posting.planfile import is_plan, load_plan  # noqa: PLC0415
    from labs.posting.sentences import notes  # noqa: PLC0415
    from labs.posting.source import read_source  # noqa: PLC0415

    if write:
        check_writable(write)
    source, wishes = read_source(posting), wishes_of(level, include or [], exclude or [])
    if is_plan(source.text):
        made = edited_plan(load_plan(source.text, source.name), wishes)
    else:
        made = plan_of_source(source, minutes, wishes)
    if not made.scenarios:
        raise InputError(" ".join(notes(made, "en")), hint="There is nothing to invite to; `taller plan` says more.")
    text = invitation(made, lang or "")
    if write:
        write_text(write, text)
        note(f"The invitation is in {write}.")
    else:
        say(text)


def wishes_of(level: str | None, include: list[str], exclude: list[str]) -> "Wishes":
    """Return the options as the planner takes them. Raises InputError for what is no scenario's id."""
    from labs.posting.coverage import Wishes  # noqa: PLC0415 - --help must be quick
    from labs.posting.vocabulary import Level  # noqa: PLC0415

    return Wishes(
        tuple(dict.fromkeys(scenario_id(name) for name in include)),
        tuple(dict.fromkeys(scenario_id(name) for name in exclude)),
        Level(level) if level else None,
    )


def read_posting_source(posting: str) -> "Source":
    """Return a posting's text. Raises InputError for a plan file, which is planned already."""
    from labs.posting.planfile import is_plan, load_plan  # noqa: PLC0415
    from labs.posting.source import read_source  # noqa: PLC0415

    source = read_source(posting)
    if is_plan(source.text):
        load_plan(source.text, source.name)  # what is wrong with it is said first
        raise InputError(
            f"{source.name} is a plan already, not a posting.",
            hint=f"`taller up {posting} --candidate NAME` starts it, `taller invite {posting}` writes the invitation.",
        )
    return source


def plan_of(posting: str, minutes: int, wishes: "Wishes | None" = None) -> "Plan":
    """Return the plan for the posting in a file, or on standard input for "-"."""
    from labs.posting.source import read_source  # noqa: PLC0415 - --help must be quick

    return plan_of_source(read_source(posting), minutes, wishes)


def plan_of_source(posting: "Source", minutes: int, wishes: "Wishes | None" = None) -> "Plan":
    """Return the plan for a posting's text with the scenarios that come with Taller."""
    from labs.catalogue.loader import load_catalogue  # noqa: PLC0415
    from labs.posting.coverage import Wishes  # noqa: PLC0415
    from labs.posting.plan import make_plan  # noqa: PLC0415
    from labs.posting.reading import understand  # noqa: PLC0415

    read = understand(posting)
    spoken = "es" if read.language.code == "es" else "en"
    at_hand = options(load_catalogue(rendered=False), spoken)
    return make_plan(read, at_hand, minutes=minutes, wishes=wishes or Wishes())


def edited_plan(file: "PlanFile", wishes: "Wishes") -> "Plan":
    """Return the plan that a plan file holds. Raises InputError for wishes: a plan file is edited instead."""
    from labs.catalogue.loader import load_catalogue  # noqa: PLC0415
    from labs.posting.coverage import Wishes  # noqa: PLC0415
    from labs.posting.planfile import plan_from  # noqa: PLC0415

    if wishes != Wishes():
        raise InputError(
            "A plan file says itself which scenarios it holds: --include, --exclude and --level are for postings.",
            hint="Edit the plan's `scenarios`, or pass the posting.",
        )
    return plan_from(file, options(load_catalogue(rendered=False), "es" if file.language == "es" else "en"))


def show_difference(old: str, new: str, *, minutes: int, wishes: "Wishes", json: bool) -> None:
    """Print what changed from one posting or plan file to another."""
    from labs.posting.difference import Outline, difference, lines_of  # noqa: PLC0415
    from labs.posting.planfile import is_plan, load_plan  # noqa: PLC0415
    from labs.posting.source import read_source  # noqa: PLC0415

    def outline(path: str) -> "tuple[Outline, str]":
        source = read_source(path)
        if is_plan(source.text):
            file = load_plan(source.text, source.name)
            return Outline.of_file(file), file.language
        made = plan_of_source(source, minutes, wishes)
        return Outline.of_plan(made), made.language

    before, (after, language) = outline(old)[0], outline(new)
    changes = difference(before, after)
    if json:
        print_json(changes)
        return
    for line in lines_of(changes, language):
        say(line)
    if changes["same"]:
        say("Nada cambia." if language == "es" else "Nothing changes.")


def show_matrix(made: "Plan") -> None:
    """Print which planned scenario tests which requirement; what none of them tests is listed by `show_plan`."""
    from labs.posting.plan_json import matrix  # noqa: PLC0415
    from labs.posting.sentences import requirement_title  # noqa: PLC0415

    grid = matrix(made)
    rows = [
        (requirement_title(id_, made.language), *("●" if tested else "·" for tested in cells))
        for id_, cells in zip(grid["rows"], grid["cells"], strict=True)
        if any(cells)
    ]
    table("", ("", *map(str, grid["columns"])), rows)


def options(scenarios: "Catalogue", language: str) -> "Sequence[Option]":
    """Return the catalogue as the planner sees it, titles in `language`."""
    from labs.posting.coverage import Option  # noqa: PLC0415
    from labs.posting.vocabulary import Level  # noqa: PLC0415

    return [
        Option(
            each.id,
            tuple(each.requirements),
            Level(each.level),
            each.minutes,
            each.title[language],
            each.sandbox.kind,
            alone=not each.shares_sandbox,
        )
        for each in scenarios.scenarios.values()
    ]


def show_plan(made: "Plan") -> None:
    """Print a plan for people, in the posting's language."""
    from labs.posting.plan import Reason  # noqa: PLC0415
    from labs.posting.sentences import notes, reason_sentence, rows  # noqa: PLC0415

    spanish = made.language == "es"
    head = (
        ("Requisito", "Tipo", "Líneas", "Qué lo prueba") if spanish else ("Requirement", "Kind", "Lines", "Tested by")
    )
    for sentence in notes(made, made.language):
        say(sentence, style="yellow")
    found, untested = rows(made, made.language), [reason_sentence(reason, made.language) for reason in Reason]
    title = " ".join((made.title or made.posting).split())[:TITLE_CHARACTERS]
    say(f"{title} · {made.level or '?'} · {made.language}", style="bold")
    if tested := [row for row in found if row.tested_by not in untested]:
        table("", head, [(row.name, row.kind, row.lines, row.tested_by) for row in tested])
    for sentence in untested:
        if names := [f"{row.name} ({row.lines})" for row in found if row.tested_by == sentence]:
            say(f"{sentence.rstrip('.')}: {', '.join(names)}.")
    for scenario in made.scenarios:
        say(f"  {scenario.id}  {scenario.minutes} min  {scenario.title}")
    if made.scenarios:
        say(f"Plan: {len(made.scenarios)} · {made.minutes}/{made.budget_minutes} min", style="bold")


def catalogue(*, json: Json = False) -> None:
    """List the scenarios there are."""
    from labs.catalogue.loader import load_catalogue  # noqa: PLC0415

    found = load_catalogue(rendered=False).scenarios.values()
    if json:
        print_json(
            [
                {
                    "id": each.id,
                    "title": dict(each.title),
                    "level": each.level,
                    "minutes": each.minutes,
                    "requirements": list(each.requirements),
                    "fixes": list(each.fix_names),
                    "traps": list(each.trap_names),
                }
                for each in found
            ]
        )
        return
    table(
        "",
        ("Scenario", "Level", "Minutes", "Tests", "Title"),
        [(each.id, each.level, str(each.minutes), ", ".join(each.requirements), each.title["en"]) for each in found],
    )
