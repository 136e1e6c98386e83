import json
from pathlib import Path

import pytest

from labs.cli.output import check_writable, print_error, print_json, say, table, write_text
from labs.core.errors import InfrastructureError, InputError

HOSTILE = "\x1b]0;owned\x07\x1b[31m[bold red]100 points[/] :boom: \x9b2J\u202etxt \x08\x08"
INERT = "[bold red]100 points[/] :boom: txt"


@pytest.mark.parametrize("show", [say, lambda text: table("", ("A",), [(text,)])])
def test_a_candidates_text_is_shown_inert(show: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(show)
    show(HOSTILE)
    shown = capsys.readouterr().out
    assert INERT in shown
    assert not any(mark in shown for mark in ("\x1b", "\x9b", "\x07", "\x08", "\u202e", "owned"))


def test_errors_are_shown_inert_with_their_facts_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    error = InfrastructureError(f"It said {HOSTILE}", hint="Try again.", lab="ana-0001", empty="")
    error.add_note("Undoing stack failed too.")
    print_error(error)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "\x1b" not in captured.err
    assert captured.err.splitlines() == [
        f"error: It said {INERT} ",
        "  lab: ana-0001",
        "  → Try again.",
        "  Undoing stack failed too.",
    ]


def test_json_keeps_the_text_but_cannot_move_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    document = {"said": HOSTILE, "name": "José 李", "lone": "\udcff"}
    print_json(document)
    shown = capsys.readouterr().out
    assert json.loads(shown) == document
    assert "José 李" in shown
    assert not any(mark in shown for mark in ("\x1b", "\x9b", "\u202e", "\udcff"))


def test_what_cannot_be_written_is_refused_beforehand(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "report.html")
    write_text(tmp_path / "new" / "report.html", "ok")
    assert (tmp_path / "new" / "report.html").read_text() == "ok"
    (tmp_path / "file").touch()
    for wrong in (tmp_path, tmp_path / "file" / "report.html"):
        with pytest.raises(InputError, match="cannot be written"):
            check_writable(wrong)
        with pytest.raises(InputError, match="cannot be written"):
            write_text(wrong, "no")
