"""`taller grade`: the score with its evidence."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labs.cli.life import context_of
from labs.cli.options import Json, Lab, Lang
from labs.cli.output import check_writable, note, print_json, say, write_text
from labs.core.errors import ExitCode
from labs.core.ids import RequirementId, lab_id

if TYPE_CHECKING:
    from grading.results import CheckResult, DurabilityResult, Report, RequirementTrace, SafeguardResult

_MARKS = {"passed": "✓", "failed": "✗", "inconclusive": "?"}
_STYLES = {"passed": "green", "failed": "red", "inconclusive": "yellow"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("grade")(grade)


def grade(
    lab: Lab,
    *,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML page.")
    ] = None,
    lang: Lang = "en",
    json: Json = False,
) -> None:
    """Grade a lab by what it does now.

    A ready lab is not changed by it. In a frozen one, when everything passed, pods are replaced to see if it lasts.
    In the JSON, each scenario's `durability` is `{verdict, what, reason}`; the verdict is null if it was not examined.
    The exit code is 0 for passed, 1 for failed and 3 for inconclusive.
    """
    from grading.report import to_html, to_json  # noqa: PLC0415
    from labs.lifecycle.grade import lab_grade  # noqa: PLC0415

    if html:
        check_writable(html)
    context = context_of()
    record = context.registry.get(lab_id(lab))
    report = lab_grade(context, record.id, requirements=traces(record.plan))
    if html:
        write_text(html, to_html(report, lang))
        note(f"The report is in {html}.")
    if json:
        print_json(to_json(report))
    else:
        show_report(report, lang)
    raise typer.Exit(exit_code(report))


def exit_code(report: "Report") -> ExitCode:
    """Return what a grade's exit status says."""
    if report.verdict == "passed":
        return ExitCode.DONE
    return ExitCode.FAILED if report.verdict == "failed" else ExitCode.INFRASTRUCTURE


def traces(plan: Mapping[str, Any]) -> "tuple[RequirementTrace, ...]":
    """Return where the posting asks for each requirement, from the plan that was kept with the lab."""
    from grading.findings import Words  # noqa: PLC0415
    from grading.results import RequirementTrace  # noqa: PLC0415
    from labs.posting.sentences import requirement_title  # noqa: PLC0415

    return tuple(
        RequirementTrace(
            RequirementId(each["id"]),
            Words(requirement_title(each["id"], "en"), requirement_title(each["id"], "es")),
            tuple((line["line"], line["text"]) for line in each["evidence"]),
        )
        for each in plan.get("requirements", [])
    )


def show_report(report: "Report", lang: str) -> None:
    """Print a report for people."""
    from grading.wording import WORDING  # noqa: PLC0415

    words = WORDING[lang]
    for scenario in report.scenarios:
        hints = f" · {words['hints']}: -{scenario.hint_points}" if scenario.hint_points else ""
        say(
            f"{_MARKS[scenario.verdict]} {getattr(scenario.title, lang)} — "
            f"{scenario.points}/{scenario.max_points}{hints}",
            style=f"bold {_STYLES[scenario.verdict]}",
        )
        for check in scenario.checks:
            _show_line(check, lang, f"{check.points}/{check.max_points}")
        for guard in scenario.safeguards:
            if guard.held is not True:
                _show_line(guard, lang, words[guard.severity])
        if scenario.durability:
            _show_durability(scenario.durability, lang)
    total = f"{report.points} {words['of']} {report.max_points} {words['points']}"
    say(f"{report.lab}: {total}, {words[report.verdict]}", style="bold")
    if report.undecided_points:
        say(f"{report.undecided_points} {words['points']} {words['undecided']}", style="yellow")


def _show_durability(found: "DurabilityResult", lang: str) -> None:
    from grading.wording import WORDING  # noqa: PLC0415

    words = WORDING[lang]
    reason, what = getattr(found.reason, lang), getattr(found.what, lang)
    if found.verdict is None:
        say(f"  · {words['durability']}: {words['unexamined']}. {reason}")
        return
    say(f"  {_MARKS[found.verdict]} {words['durability']}: {reason}", style=_STYLES[found.verdict])
    if what:
        say(f"      {what}")


def _show_line(each: "CheckResult | SafeguardResult", lang: str, worth: str) -> None:
    from grading.wording import WORDING  # noqa: PLC0415

    words = WORDING[lang]
    say(f"  {_MARKS[each.verdict]} {each.id} ({worth}) {getattr(each.message, lang)}", style=_STYLES[each.verdict])
    if each.verdict != "passed":
        say(f"      {getattr(each.reason, lang)}")
        if each.expected or each.actual:
            since = f" · {words['since']} {each.since}" if each.since else ""
            say(f"      {words['expected']}: {each.expected} · {words['actual']}: {each.actual}{since}")
