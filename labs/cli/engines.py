"""Engines: `taller engine check NAME`."""

from typing import Annotated

import typer

from labs.cli.options import Json
from labs.cli.output import note, print_json, say, table
from labs.core.errors import ExitCode

_SIGNS = {"holds": "✓", "fails": "✗", "gap": "known gap", "closed": "gap closed", "skipped": "skipped"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    engines = typer.Typer(help="Where a lab's sandboxes come from.", no_args_is_help=True)
    engines.callback()(lambda: None)  # one command alone would lose its name
    engines.command("check")(check)
    app.add_typer(engines, name="engine")


def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An engine, such as labnode or emulated.")],
    *,
    json: Json = False,
) -> None:
    """Check on two fresh labs that an engine does what every engine must, and list what it is known not to do yet.

    What cannot be checked here (a real account without credentials) is skipped and counted: the exit code is 3 then.
    """
    from labs.cli.tools import ensure_toolchain  # noqa: PLC0415
    from provisioner import conformance, conformance_aws  # noqa: PLC0415
    from provisioner.conformance import State  # noqa: PLC0415
    from provisioner.engines import engine  # noqa: PLC0415

    chosen = engine(name)
    ensure_toolchain()
    suite = conformance_aws if chosen.kind == "aws" else conformance
    outcomes = suite.check_engine(chosen, told=lambda each: note(f"· {each.name}: {_SIGNS[each.state]}"))
    bad = [each for each in outcomes if each.state in {State.FAILS, State.CLOSED}]
    skipped = sum(each.state is State.SKIPPED for each in outcomes)
    if json:
        print_json(
            {
                "engine": name,
                "conforms": None if skipped and not bad else not bad,
                "skipped": skipped,
                "checks": [
                    {"name": e.name, "state": e.state, "seconds": round(e.seconds, 3), "detail": e.detail}
                    for e in outcomes
                ],
            }
        )
    else:
        shown = [(e, "" if e.state is State.SKIPPED else e.detail) for e in outcomes]
        rows = [(e.name, _SIGNS[e.state], f"{e.seconds:.1f}", detail) for e, detail in shown]
        table(f"Engine {name}", ("Check", "", "Seconds", "Detail"), rows)
        counted = f", {skipped} were skipped" if skipped else ""
        say(f"{sum(e.state is State.HOLDS for e in outcomes)} of {len(outcomes)} checks hold{counted}.", style="bold")
        for why in sorted({e.detail for e in outcomes if e.state is State.SKIPPED}):
            say(f"Skipped: {why}")
    if bad:
        raise typer.Exit(ExitCode.FAILED)
    if skipped:
        raise typer.Exit(ExitCode.INFRASTRUCTURE)
