"""The host: `taller doctor`, `taller inventory`, `taller toolchain`."""

import typer

from labs.cli.options import Json
from labs.cli.output import print_json, say, table
from labs.core.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (doctor, inventory, toolchain, demo):
        app.command(command.__name__)(command)


def doctor(*, json: Json = False) -> None:
    """Show tools and host requirements, and what to do.

    For each tool its version and where it comes from; for each requirement what was found and how to mend it.
    """
    from provisioner.toolchain.doctor import doctor_report  # noqa: PLC0415

    report = doctor_report()
    if json:
        print_json(report.as_dict())
    else:
        table(
            "Tools",
            ("Tool", "Version", "Source", "Path"),
            [(tool.name, tool.version, tool.source, str(tool.path or tool.detail)) for tool in report.tools],
        )
        table(
            "Host",
            ("Requirement", "Status", "Found", "What to do"),
            [(r.name, r.state, r.found, r.remedy) for r in report.requirements],
        )
    if not report.can_run_labs:
        raise typer.Exit(ExitCode.INPUT)


def inventory(*, json: Json = False) -> None:
    """List everything of Taller's on this host.

    Processes, mounts, loop devices, links, nftables tables, cgroups, slots and directories, read from the host itself.
    """
    from provisioner.inventory import host_inventory  # noqa: PLC0415

    found = host_inventory()
    if json:
        print_json(
            [
                {"lab": each.lab, "kind": each.kind, "name": each.name, "home": each.home, "remedy": each.remedy}
                for each in found
            ]
        )
    elif found:
        table("", ("Lab", "Kind", "Name", "Removed by"), [(e.lab, e.kind, e.name, e.remedy) for e in found])
    else:
        say("Nothing of Taller's is on this host.")


def toolchain() -> None:
    """Find, fetch or build all that a lab is made of.

    `make toolchain` does the same. Takes seconds when everything is there.
    """
    from labs.cli.tools import build_toolchain  # noqa: PLC0415

    build_toolchain()


def demo() -> None:
    """Show the main job from a posting to nothing left.

    Plans the example posting, starts two labs, breaks, grades, fixes, grades again, shows a trap caught, removes both.
    """
    from labs.cli.demo import run_demo  # noqa: PLC0415

    run_demo()
