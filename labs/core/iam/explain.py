"""A decision as one sentence in English and one in Spanish."""

from labs.core.iam.decision import Decision, Effect
from labs.core.iam.request import Principal
from labs.core.iam.truth import Words

_MOST_REASONS = 3
"""A sentence with more cannot be read."""
_VERDICTS = {
    Effect.ALLOWED: Words("may", "puede"),
    Effect.IMPLICIT_DENY: Words("may not", "no puede"),
    Effect.EXPLICIT_DENY: Words("may not", "no puede"),
}
_ANONYMOUS = Words("anybody without credentials", "cualquiera sin credenciales")


def explain(decision: Decision) -> Words:
    """Who may or may not do what, and why. ARNs, names and Sids in it are as the policies' authors wrote them."""
    request = decision.request
    who = _who(request.principal)
    on = ("", "") if request.resource == "*" else (f" on {request.resource}", f" sobre {request.resource}")
    why_en = _joined([reason.words.en for reason in decision.reasons], "and others")
    why_es = _joined([reason.words.es for reason in decision.reasons], "y otras")
    if decision.effect is Effect.INCONCLUSIVE:
        return Words(
            f"It cannot be said whether {who.en} may {request.action}{on[0]}: {why_en}.",
            f"No se puede decir si {who.es} puede {request.action}{on[1]}: {why_es}.",
        )
    verdict = _VERDICTS[decision.effect]
    return Words(
        f"{_capital(who.en)} {verdict.en} {request.action}{on[0]}: {why_en}.",
        f"{_capital(who.es)} {verdict.es} {request.action}{on[1]}: {why_es}.",
    )


def _who(principal: Principal) -> Words:
    return Words(principal.arn, principal.arn) if principal.arn else _ANONYMOUS


def _capital(text: str) -> str:
    return text if text.startswith("arn:") else text[:1].upper() + text[1:]


def _joined(texts: list[str], others: str) -> str:
    shown = texts[:_MOST_REASONS]
    return "; ".join([*shown, others] if len(texts) > len(shown) else shown)
