import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.findings import Verdict, Words
from grading.report import to_html, to_json, trace_rows
from grading.results import CheckResult, DurabilityResult, Report, RequirementTrace, SafeguardResult, ScenarioResult
from grading.spec import Severity
from grading.wording import WORDING
from labs.core.errors import InputError
from labs.core.ids import CheckId, LabId, RequirementId, ScenarioId

MESSAGE = Words("Orders are answered.", "Los pedidos reciben respuesta.")
REASON = Words("GET http://orders/: connection refused", "GET http://orders/: conexión rechazada")
HOSTILE = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)>\x1b[31m\x1b]0;t\x07\u202eevil\u2066{{ 7*7 }}'
    "' onmouseover='x' &lt;b&gt; </pre></main>\x00"
)


def check_result(text: str = "", **changes: Any) -> CheckResult:
    given_: dict[str, Any] = {
        "id": CheckId("orders-answered"),
        "kind": "http",
        "target": True,
        "verdict": Verdict.FAILED,
        "points": 0,
        "max_points": 60,
        "penalty": 0,
        "message": MESSAGE,
        "reason": Words(text, text) if text else REASON,
        "expected": text or "status 200",
        "actual": text or "connection refused",
        "since": text or "2023-11-14T22:13:20Z",
    }
    return CheckResult(**given_ | changes)


def guard_result(**changes: Any) -> SafeguardResult:
    given_: dict[str, Any] = {
        "id": CheckId("db-lives"),
        "kind": "same_uid",
        "severity": Severity.RECOVERABLE,
        "verdict": Verdict.PASSED,
        "penalty": 20,
        "cap_points": None,
        "message": Words("The database lives on.", "La base de datos sigue viva."),
        "reason": Words("Deployment shop/db is the one.", "Deployment shop/db es el mismo."),
    }
    return SafeguardResult(**given_ | changes)


def durability_result(verdict: Verdict | None = Verdict.FAILED, text: str = "") -> DurabilityResult:
    what = Words(text or "Deleted, one after the other: orders-1.", text or "Se borraron, uno tras otro: orders-1.")
    reason = Words(text or "No longer so: orders-answered.", text or "Dejó de cumplirse: orders-answered.")
    return DurabilityResult(verdict, what if verdict else Words("", ""), reason)


def report_of(*checks: CheckResult, guards: tuple[SafeguardResult, ...] = (), text: str = "") -> Report:
    scenario = ScenarioResult(
        id=ScenarioId("orders_routing"),
        title=Words("Orders", "Pedidos"),
        requirements=(RequirementId("kubernetes.troubleshooting"), RequirementId("kubernetes.networking")),
        verdict=Verdict.INCONCLUSIVE,
        points=40,
        max_points=100,
        undecided_points=10,
        checks=checks,
        safeguards=guards,
        durability=durability_result(text=text),
        hint_points=7,
        seconds=1.23456,
    )
    trace = RequirementTrace(
        RequirementId("kubernetes.networking"),
        Words("Kubernetes networking", "Redes de Kubernetes"),
        ((12, text or "Dominio de redes en Kubernetes"),),
    )
    return Report(LabId("demo-1234"), text or "María Pérez", 1_700_000_000.0, (scenario,), (trace,))


FULL = report_of(
    check_result(),
    check_result(id=CheckId("won"), verdict=Verdict.PASSED, points=40, max_points=40),
    check_result(id=CheckId("out"), target=False, max_points=0, penalty=25),
    check_result(id=CheckId("dark"), verdict=Verdict.INCONCLUSIVE, max_points=10, expected="", actual=""),
    guards=(
        guard_result(),
        guard_result(id=CheckId("scaled"), verdict=Verdict.FAILED, expected="at least 3", actual="1"),
        guard_result(
            id=CheckId("wiped"), severity=Severity.CATASTROPHIC, verdict=Verdict.FAILED, penalty=0, cap_points=5
        ),
        guard_result(id=CheckId("unseen"), verdict=Verdict.INCONCLUSIVE),
    ),
)


class Page(HTMLParser):
    """Checks that elements nest, and keeps tags, attributes and the visible text."""

    VOID = frozenset({"meta", "circle", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.visible = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.visible += data


def test_json_has_the_contracts_shape() -> None:
    told = json.loads(json.dumps(to_json(FULL)))
    assert {"lab", "points", "max_points", "scenarios"} <= told.keys()
    (scenario,) = told["scenarios"]
    assert {"id", "verdict", "points", "max_points", "checks", "safeguards"} <= scenario.keys()
    assert {"id", "verdict", "points", "max_points", "reason", "expected", "actual"} <= scenario["checks"][0].keys()
    assert {"id", "severity", "held", "reason"} <= scenario["safeguards"][0].keys()
    assert scenario["checks"][0]["reason"] == REASON.en
    assert scenario["checks"][0]["reasons"]["es"] == REASON.es
    assert [guard["held"] for guard in scenario["safeguards"]] == [True, False, False, None]
    assert scenario["durability"] == {
        "verdict": "failed",
        "what": "Deleted, one after the other: orders-1.",
        "whats": {"en": "Deleted, one after the other: orders-1.", "es": "Se borraron, uno tras otro: orders-1."},
        "reason": "No longer so: orders-answered.",
        "reasons": {"en": "No longer so: orders-answered.", "es": "Dejó de cumplirse: orders-answered."},
    }
    assert told["verdict"] == "inconclusive"
    assert told["graded_at"] == "2023-11-14T22:13:20+00:00"
    assert told["requirements"][0]["scenarios"] == ["orders_routing"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_tells_all_in_its_language(language: str) -> None:
    page = Page(to_html(FULL, language))
    words = WORDING[language]
    assert ("lang", language) in page.attributes
    for text in (
        MESSAGE.within(language),
        REASON.within(language),
        "María Pérez",
        "connection refused",
        "status 200",
        words["traceability"],
        words["undecided"],
        words["control"],
        "orders-answered",
        "kubernetes.networking",
        "Dominio de redes en Kubernetes",
        f"{words['line']} 12",
        f"{words['costs']} 20",
        f"{words['hints']}: \N{MINUS SIGN}7",
        f"{words['caps']} 5",
        "\N{MINUS SIGN}25",
        words["durability"],
        durability_result().what.within(language),
        durability_result().reason.within(language),
    ):
        assert text in page.visible, text
    other = WORDING["es" if language == "en" else "en"]
    assert other["traceability"] not in page.visible


@pytest.mark.parametrize("language", ["en", "es"])
def test_durability_that_was_not_examined_is_neither_passed_nor_failed(language: str) -> None:
    (scenario,) = FULL.scenarios
    report = replace(FULL, scenarios=(replace(scenario, durability=durability_result(None)),))
    assert to_json(report)["scenarios"][0]["durability"]["verdict"] is None
    assert WORDING[language]["unexamined"] in Page(to_html(report, language)).visible
    without = replace(FULL, scenarios=(replace(scenario, durability=None),))
    assert to_json(without)["scenarios"][0]["durability"] is None
    assert WORDING[language]["durability"] not in Page(to_html(without, language)).visible


def test_the_page_needs_nothing_from_outside() -> None:
    html = to_html(FULL, "en")
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base", "a"} & set(page.tags)
    assert not {name for name, _ in page.attributes} & {"src", "href", "style", "onclick"}
    assert "default-src 'none'" in dict(page.attributes)["content"] or "default-src 'none'" in html
    assert not re.search(r"url\(|@import|https?://(?!orders)", html)


def test_hostile_texts_stay_texts() -> None:
    html = to_html(report_of(check_result(HOSTILE), text=HOSTILE), "en")
    page = Page(html)
    assert not {"script", "img"} & set(page.tags)
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert "<script>alert(1)</script>" in page.visible
    assert "{{ 7*7 }}" in page.visible
    assert not set(html) & set("\x1b\x00\u202e\u2066")


def test_a_flood_is_cut() -> None:
    flood = "x" * 1_000_000
    assert len(to_html(report_of(check_result(flood), text=flood), "en")) < 60_000


@settings(max_examples=40)
@given(st.text(alphabet=st.characters(codec=None), max_size=80))
def test_any_text_makes_a_well_formed_page(text: str) -> None:
    html = to_html(report_of(check_result(text), text=text), "es")
    assert Page(html).tags == Page(to_html(report_of(check_result("x"), text="x"), "es")).tags
    html.encode("utf-8")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="'fr'"):
        to_html(FULL, "fr")


def test_both_languages_have_the_same_words() -> None:
    assert WORDING["en"].keys() == WORDING["es"].keys()
    template_words = set(re.findall(r"words\.(\w+)", _template_text()))
    assert template_words <= WORDING["en"].keys()
    used_by_value = {
        "check_passed",
        "check_failed",
        "check_inconclusive",
        "passed",
        "failed",
        "inconclusive",
        "recoverable",
        "catastrophic",
    }
    assert WORDING["en"].keys() - template_words <= used_by_value


def test_requirements_of_the_posting_come_first_in_the_trace() -> None:
    rows = trace_rows(FULL)
    assert [row.requirement for row in rows] == ["kubernetes.networking", "kubernetes.troubleshooting"]
    assert rows[1].evidence == ()


def _template_text() -> str:
    from importlib.resources import files  # noqa: PLC0415  used by this one function

    return (files("grading") / "templates" / "report.html.j2").read_text()
