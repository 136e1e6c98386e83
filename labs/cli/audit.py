"""`taller audit`: who did what when."""

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from labs.cli.life import context_of
from labs.cli.options import Json, Lab
from labs.cli.output import check_writable, note, print_json, say, write_text
from labs.core.ids import lab_id

if TYPE_CHECKING:
    from labs.lifecycle.audit import AuditEntry, AuditLog


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit")(audit)


def audit(
    lab: Lab,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="Also what taller did itself.")] = False,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write it to a file instead, as --json prints it.")
    ] = None,
    json: Json = False,
) -> None:
    """Show who changed what in a lab's cluster.

    As its API server saw it: every write, every way into a pod and every reading of Secrets, by everybody but the
    cluster's own components; never what was written. Commands of `kubectl exec` are shown. The record lies outside the
    lab, has room for some 50,000 requests, and is kept until `taller down`.
    """
    from labs.lifecycle.audit import lab_audit  # noqa: PLC0415

    if write:
        check_writable(write)
    log = lab_audit(context_of(), lab_id(lab))
    shown = log if everybody else log.of_candidate()
    if write:
        import json as json_module  # noqa: PLC0415 - the option has its name

        write_text(write, json_module.dumps(audit_json(lab, shown), indent=2) + "\n")
        note(f"The audit log is in {write}.")
    elif json:
        print_json(audit_json(lab, shown))
    else:
        show_log(shown)


def audit_json(lab: str, log: "AuditLog") -> dict[str, Any]:
    """Return what `taller audit --json` prints."""
    entries = [asdict(entry) for entry in log.entries]
    return {"lab": lab, "entries": entries, "full": log.is_full, "unreadable_lines": log.unreadable}


def show_log(log: "AuditLog") -> None:
    """Print a record for people."""
    for entry in log.entries:
        say(_line(entry), style="" if entry.is_accepted else "yellow")
    if not log.entries:
        say("Nobody changed anything.")
    if log.is_full:
        say("The record is full: what came later is not in it.", style="yellow")
    if log.unreadable:
        say(f"{log.unreadable} lines could not be read: the node's root wrote to the record.", style="yellow")


def _line(entry: "AuditEntry") -> str:
    where = f" -n {entry.namespace}" if entry.namespace else ""
    parts = [entry.at, entry.who, entry.verb, f"{entry.what} {entry.name}".strip() + where]
    parts += [f"as {entry.impersonated}"] if entry.impersonated else []
    parts += [f"$ {shlex.join(entry.command)}"] if entry.command else []
    parts += ["(dry run)"] if entry.dry_run else []
    parts += [] if entry.is_accepted else [f"refused: {entry.code}"]
    parts += [f"({entry.more} alike until then)"] if entry.more else []
    return "  ".join(parts)
