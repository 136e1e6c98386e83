"""`taller`: the commands, and the one place where errors become exit codes."""

import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from labs.core.errors import ExitCode, TallerError

INTERRUPTED = 130
BROKEN_PIPE = 141
"""What shells say of a command that Ctrl-C (or SIGTERM) ended, or whose reader went away: no verdict in either case."""

app = typer.Typer(
    help="Turn a job posting into hands-on labs: real, disposable, honestly graded.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - Typer's shape of a callback
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - slow to import

        typer.echo(f"taller {version('taller')}")
        raise typer.Exit


@app.callback()
def _taller(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options before any command."""


def _register() -> None:
    from labs.cli import audit, authors, engines, grading, hosts, life, planning  # noqa: PLC0415 - they import `app`

    for module in (planning, life, grading, audit, authors, hosts, engines):
        module.register(app)


_register()


def main() -> None:
    """Run the command line; exit codes as in labs.core.errors.ExitCode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name may hold what the terminal's encoding does not
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who stops a command leaves no lab behind either
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # to look for any reads every package: 0.05 s
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code. Errors are told on standard error, with --json on standard output too.

    An error that nobody foresaw is infrastructure's, not a failed grade: code 3, with its traceback.
    """
    try:
        code = app(list(arguments), prog_name="taller", standalone_mode=False)
        sys.stdout.flush()
    except TallerError as error:
        _tell(error, arguments)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except (BrokenPipeError, SystemExit):  # the latter is Typer's for the former
        _discard_output()
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the outermost edge
        return _foreign(error, arguments)
    if code == INTERRUPTED:
        sys.stderr.write("Interrupted; `taller sweep` removes what may be left.\n")
    return code if isinstance(code, int) else ExitCode.DONE


def _discard_output() -> None:
    """The reader has gone: Python's flush at exit writes to nowhere.

    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _foreign(error: Exception, arguments: Sequence[str]) -> int:
    """Tell of a usage error, which Typer's parser shows itself, or of one that nobody foresaw."""
    show, message = getattr(error, "show", None), getattr(error, "format_message", None)
    if show and message:
        if _wants_json(arguments):
            from labs.cli.output import print_json  # noqa: PLC0415 - only on errors

            print_json({"error": message(), "kind": "UsageError", "hint": "`taller COMMAND --help` shows the usage."})
        show()
        return ExitCode.INPUT
    traceback.print_exception(error)
    unforeseen = TallerError(
        f"Taller itself failed: {type(error).__name__}: {error}",
        hint="This is a bug: please report the lines above. `taller sweep` removes what may be left.",
    )
    _tell(unforeseen, arguments)
    return unforeseen.exit_code


def _tell(error: TallerError, arguments: Sequence[str]) -> None:
    from labs.cli.output import error_document, print_error, print_json  # noqa: PLC0415 - only on errors

    if _wants_json(arguments):
        print_json(error_document(error))
    print_error(error)


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether --json was passed to us, rather than to the command of `taller shell LAB -- COMMAND`."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in own
