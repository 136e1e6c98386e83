"""Engines: `taller engine check NAME`."""

from typing import Annotated

import typer

from labs.cli.options import Json
from labs.cli.output import note, print_json, say, table
from labs.core.errors import ExitCode

_SIGNS = {"holds": "✓", "fails": "✗", "gap": "known gap", "closed": "gap closed"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    engines = typer.Typer(help="Where a lab's Kubernetes comes from.", no_args_is_help=True)
    engines.callback()(lambda: None)  # one command alone would lose its name
    engines.command("check")(check)
    app.add_typer(engines, name="engine")


def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An engine, such as labnode.")],
    *,
    json: Json = False,
) -> None:
    """Check on two fresh labs that an engine does what every engine must, and list what it is known not to do yet."""
    from labs.cli.tools import ensure_toolchain  # noqa: PLC0415
    from provisioner.conformance import State, check_engine  # noqa: PLC0415
    from provisioner.engines import engine  # noqa: PLC0415

    chosen = engine(name)
    ensure_toolchain()
    outcomes = check_engine(chosen, told=lambda each: note(f"· {each.name}: {_SIGNS[each.state]}"))
    bad = [each for each in outcomes if each.state in {State.FAILS, State.CLOSED}]
    if json:
        print_json(
            {
                "engine": name,
                "conforms": not bad,
                "checks": [
                    {"name": e.name, "state": e.state, "seconds": round(e.seconds, 3), "detail": e.detail}
                    for e in outcomes
                ],
            }
        )
    else:
        rows = [(e.name, _SIGNS[e.state], f"{e.seconds:.1f}", e.detail) for e in outcomes]
        table(f"Engine {name}", ("Check", "", "Seconds", "Detail"), rows)
        say(f"{sum(e.state is State.HOLDS for e in outcomes)} of {len(outcomes)} checks hold.", style="bold")
    if bad:
        raise typer.Exit(ExitCode.FAILED)
