import json
from pathlib import Path

import pytest

from labs.cli.main import run
from labs.core.errors import ExitCode
from tests.unit.cli.conftest import Taller

POSTINGS = Path(__file__).parents[3] / "examples" / "postings"
SENIOR = str(POSTINGS / "devops-senior.es.md")


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    (tmp_path / "empty").touch()
    (tmp_path / "blank").write_text(" \n\t\n")
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "nul").write_bytes(b"Kubernetes\0Terraform")
    (tmp_path / "huge").write_bytes(b"Kubernetes\n" * 200_000)
    (tmp_path / "word").write_bytes(b"PK\x03\x04" + b"\0" * 100)
    (tmp_path / "directory").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "name", ["empty", "blank", "binary", "nul", "huge", "word", "directory", "not-there", "x" * 5000]
)
@pytest.mark.parametrize("command", [["plan"], ["up", "--candidate", "ana"]])
def test_a_posting_that_cannot_be_read_is_refused(taller: Taller, odd: Path, command: list[str], name: str) -> None:
    done = taller(*command, str(odd / name), "--json")
    assert done.code == ExitCode.INPUT
    assert done.document["kind"] == "InputError"
    assert done.document["hint"]
    assert "Traceback" not in done.err


def test_a_plan_has_the_shape_that_programs_rely_on(taller: Taller) -> None:
    done = taller("plan", SENIOR, "--json")
    assert (done.code, done.err) == (0, "")
    plan = done.document
    assert {"posting", "language", "level", "requirements", "untestable", "scenarios", "minutes"} <= set(plan)
    assert plan["language"] == "es"
    assert plan["minutes"] == sum(each["minutes"] for each in plan["scenarios"]) <= 60
    assert all(line["line"] > 0 and line["text"] for each in plan["requirements"] for line in each["evidence"])


def test_people_read_it_in_the_postings_language(taller: Taller) -> None:
    said = taller("plan", SENIOR, "--include", "catalog_never_ready").out
    assert "Está corriendo y sin embargo nadie responde" in said
    assert "Todavía no hay un escenario que lo pruebe: " in said
    assert "Running, and yet nobody answers" not in said


def test_a_posting_of_another_field_gets_no_lab(taller: Taller) -> None:
    posting = str(POSTINGS / "account-executive.en.md")
    assert "another field" in taller("plan", posting).out
    done = taller("up", posting, "--candidate", "ana")
    assert done.code == ExitCode.INPUT
    assert "another field" in done.err


def test_a_plan_file_is_written_or_refused_before_the_work(taller: Taller, tmp_path: Path) -> None:
    file = tmp_path / "new" / "plan.yaml"
    assert taller("plan", SENIOR, "--include", "catalog_never_ready", "--write", str(file)).code == 0
    assert "catalog_never_ready" in file.read_text(encoding="utf-8")
    done = taller("plan", SENIOR, "--write", str(tmp_path), "--json")
    assert done.code == ExitCode.INPUT
    assert "cannot be written" in done.document["error"]


def test_the_catalogue_lists_every_scenario(taller: Taller) -> None:
    listed = taller("catalogue", "--json").document
    shown = taller("catalogue").out
    assert listed
    assert all(each["fixes"] and each["traps"] and each["title"]["es"] for each in listed)
    assert json.dumps(listed)
    assert all(each["level"] in shown for each in listed)


def test_what_is_printed_for_programs_is_one_document_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    # A solver or parser in C may print past Python.
    assert run(["plan", SENIOR, "--json"]) == 0
    json.loads(capfd.readouterr().out)


def test_wishes_and_matrix(taller: Taller) -> None:
    plan = taller("plan", SENIOR, "--include", "orders_routing", "--exclude", "catalog_never_ready", "--json").document
    chosen = [each["id"] for each in plan["scenarios"]]
    assert "orders_routing" in chosen
    assert "catalog_never_ready" not in chosen
    assert taller("plan", SENIOR, "--level", "junior", "--json").document["level"] == "junior"
    assert "●" in taller("plan", SENIOR, "--matrix").out
    for wrong in (
        ["--include", "no_such_thing"],
        ["--include", "Not OK"],
        ["--minutes", "5", "--include", "orders_routing"],
    ):
        assert taller("plan", SENIOR, *wrong).code == ExitCode.INPUT


def test_two_postings_or_plan_files_are_compared(taller: Taller, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    taller("plan", SENIOR, "--write", str(file))
    assert taller("plan", "--diff", str(file), SENIOR).out.strip() == "Nada cambia."
    junior = str(POSTINGS / "devops-junior.es.md")
    changes = taller("plan", "--diff", SENIOR, junior, "--json").document
    assert {"id": "git", "kind": "must"} in changes["requirements"]["added"]
    assert "+ Git (requisito)" in taller("plan", "--diff", SENIOR, junior).out
    assert taller("plan").code == ExitCode.INPUT


def test_a_candidate_is_invited_in_their_language(taller: Taller, tmp_path: Path) -> None:
    assert taller("invite", SENIOR).out.startswith("# Tu evaluación práctica")
    file = tmp_path / "invitation.md"
    assert taller("invite", SENIOR, "--lang", "en", "--write", str(file)).code == 0
    assert file.read_text(encoding="utf-8").startswith("# Your hands-on assessment")
    assert taller("invite", str(POSTINGS / "account-executive.en.md")).code == ExitCode.INPUT


def test_a_plan_file_is_invited_to_and_not_planned_again(taller: Taller, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    assert taller("plan", SENIOR, "--write", str(file)).code == 0
    assert taller("invite", str(file)).out == taller("invite", SENIOR).out
    assert taller("invite", str(file), "--include", "orders_routing").code == ExitCode.INPUT
    again = taller("plan", str(file))
    assert again.code == ExitCode.INPUT
    assert "taller invite" in again.err
    file.write_text("taller_plan: 1\nscenarios:\n- id: nothing_here\n", encoding="utf-8")
    assert "nothing_here" in taller("invite", str(file)).err
