"""`taller plan`, `taller catalogue`: what a posting asks for, and what there is to test it with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labs.cli.options import Json, Minutes
from labs.cli.output import check_writable, note, print_json, say, table, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labs.catalogue.loader import Catalogue
    from labs.posting.coverage import Option
    from labs.posting.plan import Plan
    from labs.posting.source import Source

DEFAULT_MINUTES = 60
TITLE_CHARACTERS = 80
"""A posting without a heading gives its opening lines as the title."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("plan")(plan)
    app.command("catalogue")(catalogue)


def plan(
    posting: Annotated[str, typer.Argument(metavar="POSTING", help="Markdown or plain text; - for standard input.")],
    *,
    minutes: Minutes = DEFAULT_MINUTES,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write an editable plan file for `taller up`.")
    ] = None,
    json: Json = False,
) -> None:
    """Read a posting and plan what tests it.

    Says what it asks for, in which lines, which scenarios test that within the time, and what nothing tests yet.
    """
    if write:
        check_writable(write)
    made = plan_of(posting, minutes)
    if write:
        from labs.posting.planfile import dump_plan  # noqa: PLC0415

        write_text(write, dump_plan(made))
        note(f"The plan is in {write}: edit it, then `taller up {write} --candidate NAME`.")
    if json:
        from labs.posting.plan_json import to_json  # noqa: PLC0415

        print_json(to_json(made))
    else:
        show_plan(made)


def plan_of(posting: str, minutes: int) -> "Plan":
    """Return the plan for the posting in a file, or on standard input for "-"."""
    from labs.posting.source import read_source  # noqa: PLC0415 - --help must be quick

    return plan_of_source(read_source(posting), minutes)


def plan_of_source(posting: "Source", minutes: int) -> "Plan":
    """Return the plan for a posting's text with the scenarios that come with Taller."""
    from labs.catalogue.loader import load_catalogue  # noqa: PLC0415
    from labs.posting.plan import make_plan  # noqa: PLC0415
    from labs.posting.reading import understand  # noqa: PLC0415

    read = understand(posting)
    spoken = "es" if read.language.code == "es" else "en"
    return make_plan(read, options(load_catalogue(rendered=False), spoken), minutes=minutes)


def options(scenarios: "Catalogue", language: str) -> "Sequence[Option]":
    """Return the catalogue as the planner sees it, titles in `language`."""
    from labs.posting.coverage import Option  # noqa: PLC0415
    from labs.posting.vocabulary import Level  # noqa: PLC0415

    return [
        Option(each.id, tuple(each.requirements), Level(each.level), each.minutes, each.title[language])
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
