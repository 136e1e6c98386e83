"""Reasons in words, each the end of a sentence that says what was decided."""

from collections.abc import Iterable

from labs.core.iam.decision import Reason, Stage
from labs.core.iam.statements import Finding
from labs.core.iam.truth import Words

_SPANISH = {
    Stage.RCP: "política de control de recursos",
    Stage.SCP: "política de control de servicios",
    Stage.RESOURCE: "política del recurso",
    Stage.IDENTITY: "política de identidad",
    Stage.BOUNDARY: "política que limita los permisos",
    Stage.SESSION: "política de sesión",
    Stage.PRINCIPAL: "principal",
}


def of_deny(finding: Finding) -> Reason:
    """A statement denies it."""
    return _of(finding, Words("denies it", "lo deniega"))


def of_grant(finding: Finding | None) -> Reason:
    """A statement allows it; None: being the root user does."""
    if finding is None:
        words = Words("the account's root user may do everything in it", "el usuario raíz puede todo en su cuenta")
        return Reason(Stage.PRINCIPAL, words)
    return _of(finding, Words("allows it", "lo permite"))


def of_lack(stage: Stage, level: str = "") -> Reason:
    """No statement of that stage allows it."""
    at_en, at_es = (f" at {level}", f" en {level}") if level else ("", "")
    return Reason(stage, Words(f"no {stage}{at_en} allows it", f"ninguna {_SPANISH[stage]}{at_es} lo permite"))


def of_doubt(doubts: Iterable[Words], involved: Iterable[Finding]) -> tuple[Reason, ...]:
    """Each doubt, with the statement that raises it where it is known."""
    reasons: list[Reason] = []
    findings = tuple(involved)
    for doubt in doubts:
        source = next((finding for finding in findings if doubt in _doubts(finding)), None)
        reasons.append(_of(source, doubt, link=": ") if source else Reason(Stage.PRINCIPAL, doubt))
    return tuple(reasons)


def _doubts(finding: Finding) -> tuple[Words, ...]:
    reach = finding.reach
    return finding.truth.doubts + reach.direct.doubts + reach.limited.doubts + reach.delegated.doubts


def _of(finding: Finding, words: Words, *, link: str = " ") -> Reason:
    en = f"statement {finding.statement} of the {finding.stage} {finding.policy}{link}{words.en}"
    es = f"la sentencia {finding.statement} de la {_SPANISH[finding.stage]} {finding.policy}{link}{words.es}"
    return Reason(finding.stage, Words(en, es), finding.policy, finding.statement)
