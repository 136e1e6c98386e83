"""Findings where AWS's own answer cannot be had and its rules are applied to what is configured instead."""

from collections.abc import Mapping, Sequence

from grading.findings import Finding, UndecidableError, Words, failed, passed
from grading.helpers import ScenarioView
from grading.iam_beyond import Verdict
from grading.iam_providers import refusal_of_provider
from grading.iam_question import Question, judged
from grading.iam_sides import Lab
from grading.reach.paths import Verdict as ReachVerdict
from grading.reach_view import evidence, is_gone, reach_answer
from grading.spec_aws import ContextValue, IamCheck, ReachCheck, TrustCheck
from labs.core.iam.request import Given

_SAID = {True: "allowed", False: "not allowed"}


def iam_finding(check: IamCheck, view: ScenarioView) -> Finding:
    """Whether AWS would decide every action on every resource as the check expects.

    The first that it would decide otherwise is the evidence. Raises UndecidableError when there is none but one cannot
    be judged, UnreachableError when AWS does not answer.
    """
    lab = Lab.seen(view.shared.reader(view.aws, by=check))
    side = lab.side(check.principal, session=check.session)
    if side.missing:
        return _missing(side.missing)
    context = _given(check.context)
    questions = [Question(side, action, arn, context) for action in check.actions for arn in check.resources]
    return _finding(lab, questions, allowed=check.allowed)


def trust_finding(check: TrustCheck, view: ScenarioView) -> Finding:
    """Whether the role's trust lets the principal in as the check expects. Raises as `iam_finding`."""
    lab = Lab.seen(view.shared.reader(view.aws, by=check))
    if not lab.has_role(check.role):
        return _missing(check.role)
    side = lab.side(check.principal)
    if side.missing:
        return _missing(side.missing)
    context = _given(check.context)
    if refusal := refusal_of_provider(lab, check.principal, context):
        return _compared(Verdict(allowed=False, words=refusal), allowed=check.allowed)
    return _finding(lab, [Question(side, f"sts:{check.operation}", check.role, context)], allowed=check.allowed)


def reach_finding(check: ReachCheck, view: ScenarioView) -> Finding:
    """Whether packets get through, or are kept out, as the check expects. Raises as `iam_finding`."""
    answer = reach_answer(check, view.shared.reader(view.aws, by=check))
    if answer.verdict is ReachVerdict.INCONCLUSIVE:
        raise UndecidableError(f"{_path(check)}: {answer.words.en}")
    is_right = answer.is_reached if check.open else answer.is_kept_out and not is_gone(answer)
    return (passed if is_right else failed)(
        en=f"{_path(check)}: {answer.words.en}.",
        es=f"{_path(check)}: {answer.words.es}.",
        expected="reachable" if check.open else "unreachable",
        actual=evidence(answer),
    )


def _path(check: ReachCheck) -> str:
    return f"{check.source} → {check.destination} {check.protocol}{f'/{check.port}' if check.port else ''}"


def _finding(lab: Lab, questions: Sequence[Question], *, allowed: bool) -> Finding:
    doubts: list[UndecidableError] = []
    verdicts: list[Verdict] = []
    for question in questions:
        try:
            verdict = judged(lab, question)
        except UndecidableError as doubt:
            doubts.append(doubt)
            continue
        if verdict.allowed != allowed:
            return _compared(verdict, allowed=allowed)
        verdicts.append(verdict)
    if doubts:
        raise doubts[0]
    return _compared(verdicts[0], allowed=allowed, others=len(verdicts) - 1)


def _compared(verdict: Verdict, *, allowed: bool, others: int = 0) -> Finding:
    words = verdict.words
    if others:
        words = Words(f"{words.en} Likewise {others} more.", f"{words.es} Y así {others} más.")
    make = passed if verdict.allowed == allowed else failed
    return make(en=words.en, es=words.es, expected=_SAID[allowed], actual=_SAID[verdict.allowed])


def _missing(arn: str) -> Finding:
    return failed(en=f"There is no {arn}.", es=f"No existe {arn}.", expected="present", actual="absent")


def _given(context: Mapping[str, ContextValue]) -> dict[str, Given]:
    return dict(context)
