from dataclasses import replace
from pathlib import Path

import pytest

from grading.findings import Verdict
from grading.results import Report
from labs.cli.grading import exit_code, show_report, traces
from labs.core.errors import ExitCode
from labs.core.ids import RequirementId
from labs.lifecycle import grade as lifecycle_grade
from tests.unit.cli.conftest import Taller
from tests.unit.grading.test_report import HOSTILE, check_result, durability_result, guard_result, report_of
from tests.unit.lifecycle.fakes import World


def graded(verdict: Verdict) -> Report:
    report = report_of(check_result())
    return replace(report, scenarios=tuple(replace(each, verdict=verdict) for each in report.scenarios))


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict.PASSED, ExitCode.DONE),
        (Verdict.FAILED, ExitCode.FAILED),
        (Verdict.INCONCLUSIVE, ExitCode.INFRASTRUCTURE),
    ],
)
def test_the_exit_code_is_the_verdict(
    world: World, taller: Taller, monkeypatch: pytest.MonkeyPatch, verdict: Verdict, code: ExitCode
) -> None:
    assert exit_code(graded(verdict)) == code
    monkeypatch.setattr(lifecycle_grade, "lab_grade", lambda *_, **__: graded(verdict))
    lab = taller("up", "--scenario", "orders_routing", "--candidate", "ana", "--json").document["lab"]
    for more in ([], ["--json"]):
        assert taller("grade", lab, *more).code == code
    assert world.engine.living


def test_a_page_that_cannot_be_written_is_refused_before_grading(
    world: World, taller: Taller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def graded_now(*_: object, **__: object) -> Report:
        looks.append("graded")
        return graded(Verdict.PASSED)

    monkeypatch.setattr(lifecycle_grade, "lab_grade", graded_now)
    lab = taller("up", "--scenario", "orders_routing", "--candidate", "ana", "--json").document["lab"]
    assert taller("grade", lab, "--html", str(tmp_path)).code == ExitCode.INPUT
    assert looks == []
    page = tmp_path / "new" / "report.html"
    assert taller("grade", lab, "--html", str(page), "--lang", "es").code == 0
    assert 'lang="es"' in page.read_text(encoding="utf-8")
    assert world.engine.living


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            [
                "Durability: No longer so",
                "Deleted, one after the other",
                "Orders are answered.",
                "Expected: status 200",
                "of 100 points",
                "inconclusive",
                "Hints taken: -7",
            ],
        ),
        (
            "es",
            [
                "Durabilidad: Dejó de cumplirse",
                "Se borraron",
                "Los pedidos reciben respuesta.",
                "Se esperaba",
                "de 100 puntos",
                "no concluyente",
                "Pistas usadas",
            ],
        ),
    ],
)
def test_people_read_a_report_in_their_language(
    lang: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    show_report(report_of(check_result(), guards=(guard_result(verdict=Verdict.FAILED), guard_result())), lang)
    shown = capsys.readouterr().out
    assert all(each in shown for each in words)
    assert shown.count("db-lives") == 1, "a safeguard that held is not worth a line"


@pytest.mark.parametrize(("lang", "words"), [("en", "Durability: not examined"), ("es", "Durabilidad: sin examinar")])
def test_people_are_told_that_durability_was_not_examined(
    lang: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report = graded(Verdict.PASSED)
    (scenario,) = report.scenarios
    show_report(replace(report, scenarios=(replace(scenario, durability=durability_result(None)),)), lang)
    assert words in capsys.readouterr().out


def test_what_a_candidate_wrote_is_shown_inert(capsys: pytest.CaptureFixture[str]) -> None:
    show_report(report_of(check_result(f"[red]{HOSTILE}[/]")), "en")
    shown = capsys.readouterr().out
    assert "[red]<script>" in shown
    assert not any(mark in shown for mark in ("\x1b", "\x07", "\u202e", "\u2066", "\x00"))


def test_requirements_are_traced_to_the_postings_lines(taller: Taller) -> None:
    posting = Path(__file__).parents[3] / "examples" / "postings" / "devops-senior.es.md"
    plan = taller("plan", str(posting), "--json").document
    found = {each.id: each for each in traces(plan)}
    kubernetes = found[RequirementId("kubernetes.troubleshooting")]
    assert kubernetes.evidence
    assert all(line > 0 and text for line, text in kubernetes.evidence)
    assert kubernetes.name.en != kubernetes.name.es
    assert traces({}) == ()
