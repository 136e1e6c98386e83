"""What a plan says to people, in English and Spanish. Pure: the front ends decide on colours and tables."""

from dataclasses import dataclass

from labs.posting.judgement import Kind, Requirement
from labs.posting.language import UNKNOWN
from labs.posting.plan import Plan, PlanWarning, Reason, WarningKind
from labs.posting.reading import Fit
from labs.posting.taxonomy import taxonomy

_KINDS = {
    "en": {Kind.MUST: "required", Kind.NICE: "an advantage", Kind.DUTY: "part of the job", Kind.MENTION: "mentioned"},
    "es": {Kind.MUST: "requisito", Kind.NICE: "deseable", Kind.DUTY: "tarea del puesto", Kind.MENTION: "mencionado"},
}
_REASONS = {
    "en": {
        Reason.PERSON: "A person must judge it.",
        Reason.NO_SCENARIO: "No scenario tests it yet.",
        Reason.NO_TIME: "It did not fit the time.",
    },
    "es": {
        Reason.PERSON: "Debe evaluarlo una persona.",
        Reason.NO_SCENARIO: "Todavía no hay un escenario que lo pruebe.",
        Reason.NO_TIME: "No entró en el tiempo disponible.",
    },
}
_FITS = {
    "en": {
        Fit.FITS: "",
        Fit.OTHER_FIELD: "This posting is for another field ({title}): no lab is proposed.",
        Fit.NOTHING_TESTABLE: "This posting names nothing that can be tested hands-on: no lab is proposed.",
    },
    "es": {
        Fit.FITS: "",
        Fit.OTHER_FIELD: "Este aviso es de otra área ({title}): no se propone ningún laboratorio.",
        Fit.NOTHING_TESTABLE: "El aviso no nombra nada que se pruebe en la práctica: no se propone laboratorio.",
    },
}
_NO_SCENARIOS = {
    "en": "No scenario tests what this posting asks for within {minutes} minutes.",
    "es": "Ningún escenario prueba en {minutes} minutos lo que pide este aviso.",
}
_WARNINGS = {
    "en": {
        WarningKind.LEVEL_CONTRADICTED: "Line {line} says {detail}; the rest of the posting was trusted.",
        WarningKind.LEVEL_UNKNOWN: "The posting names no level.",
        WarningKind.LANGUAGE_NOT_UNDERSTOOD: "Language not understood ({detail}): only proper names were read.",
        WarningKind.NOT_PROVEN_BEST: "There may be a slightly better choice: the search was cut off.",
        WarningKind.FRONT_MATTER: "{detail}",
        WarningKind.TOO_LONG: "{detail}",
    },
    "es": {
        WarningKind.LEVEL_CONTRADICTED: "La línea {line} dice {detail}; se dio crédito al resto del aviso.",
        WarningKind.LEVEL_UNKNOWN: "El aviso no indica el nivel.",
        WarningKind.LANGUAGE_NOT_UNDERSTOOD: "Idioma no reconocido ({detail}): solo se leyeron nombres propios.",
        WarningKind.NOT_PROVEN_BEST: "Puede haber una elección algo mejor: la búsqueda se interrumpió.",
        WarningKind.TOO_LONG: "El texto es muy largo: se leyó solo el comienzo. Pase únicamente el aviso.",
        WarningKind.FRONT_MATTER: "El encabezado YAML no es válido; no se leyó.",
    },
}
_TITLE_CHARACTERS = 80
_LINES_SHOWN = 8
"""`--json` and the plan file hold all."""
SURE = 0.5
"""A requirement that is read with less confidence is shown with a question mark."""


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement, for people."""

    name: str
    kind: str
    lines: str
    """Line numbers, "12, 40"; with a question mark behind them when the reading is not sure."""
    quote: str
    tested_by: str
    """Titles of the planned scenarios, or why there is none."""


def _known(language: str) -> str:
    return "es" if language == "es" else "en"


def fit_sentence(plan: Plan, language: str) -> str:
    """Return why the posting gets no lab; empty when it may."""
    title = " ".join(plan.title.split())[:_TITLE_CHARACTERS]
    return _FITS[_known(language)][plan.fit].format(title=title)


def reason_sentence(reason: Reason, language: str) -> str:
    """Return why a requirement is not tested."""
    return _REASONS[_known(language)][reason]


def warning_sentence(warning: PlanWarning, language: str) -> str:
    """Return the warning."""
    text = _WARNINGS[_known(language)][warning.kind]
    if warning.detail == UNKNOWN:  # a code that says nothing to people
        text = text.replace(" ({detail})", "")
    return text.format(line=warning.line, detail=warning.detail)


def kind_word(kind: Kind | str, language: str) -> str:
    """Return how much the posting wants it, in a word or two."""
    return _KINDS[_known(language)][Kind(kind)]


def requirement_title(requirement: str, language: str) -> str:
    """Return a requirement's name for people."""
    return taxonomy().title(requirement, _known(language))


def rows(plan: Plan, language: str) -> list[Row]:
    """Return the plan's requirements, the most wanted first, each with its lines and what tests it."""
    reasons = {entry.requirement: entry.reason for entry in plan.uncovered}
    order = list(Kind)
    found = []
    for requirement in sorted(plan.requirements, key=lambda r: (r.person, order.index(r.kind))):
        planned = [s.title or s.id for s in plan.scenarios if requirement.id in s.requirements]
        reason = reasons.get(requirement.id)
        found.append(
            Row(
                name=requirement_title(requirement.id, language),
                kind=kind_word(requirement.kind, language),
                lines=_lines(requirement) + _doubt(requirement),
                quote=requirement.evidence[0].text if requirement.evidence else "",
                tested_by=", ".join(planned) or (reason_sentence(reason, language) if reason else "≈"),
            )
        )
    return found


def _lines(requirement: Requirement) -> str:
    """Return the lines' numbers; of many, the first."""
    shown = [str(entry.line) for entry in requirement.evidence[:_LINES_SHOWN]]
    return ", ".join(shown) + (" …" if len(requirement.evidence) > _LINES_SHOWN else "")


def _doubt(requirement: Requirement) -> str:
    return "" if requirement.confidence >= SURE else "?"


def notes(plan: Plan, language: str) -> list[str]:
    """Return the sentences that belong above or below the rows: fit, an empty plan, warnings."""
    known = _known(language)
    found = [sentence] if (sentence := fit_sentence(plan, language)) else []
    if plan.fit is Fit.FITS and not plan.scenarios:
        found.append(_NO_SCENARIOS[known].format(minutes=plan.budget_minutes))
    return found + [warning_sentence(warning, language) for warning in plan.warnings]
