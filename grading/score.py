"""From verdicts to points: pure, so that the same state gives the same score."""

from collections.abc import Sequence

from grading.findings import Verdict
from grading.results import CheckResult, SafeguardResult
from grading.spec import Severity


def points(checks: Sequence[CheckResult], safeguards: Sequence[SafeguardResult], *, hint_points: int = 0) -> int:
    """Points of the passed checks less penalties and hints, from 0 to the cap of a broken catastrophic safeguard."""
    won = sum(check.points for check in checks)
    lost = hint_points + sum(check.penalty for check in checks if not check.target and check.verdict is Verdict.FAILED)
    broken = [guard for guard in safeguards if guard.verdict is Verdict.FAILED]
    lost += sum(guard.penalty for guard in broken if guard.severity is Severity.RECOVERABLE)
    caps = [guard.cap_points or 0 for guard in broken if guard.severity is Severity.CATASTROPHIC]
    return min([max(0, won - lost), *caps])


def is_api_down(checks: Sequence[CheckResult]) -> bool:
    """Whether an api check has evidence that the API server does not serve."""
    return any(check.kind == "api" and check.verdict is Verdict.FAILED for check in checks)


def verdict(
    checks: Sequence[CheckResult], safeguards: Sequence[SafeguardResult], durability: Verdict | None = None
) -> Verdict:
    """Inconclusive when anything is; passed when every check passed and every safeguard held; else failed.

    Failed, whatever else could not be seen, where the API server is seen not to serve: that is why it could not.
    `durability`: None when it was not examined, which speaks neither for nor against.
    """
    if is_api_down(checks):
        return Verdict.FAILED
    verdicts = {check.verdict for check in checks} | {guard.verdict for guard in safeguards} | {durability}
    for worst in (Verdict.INCONCLUSIVE, Verdict.FAILED):
        if worst in verdicts:
            return worst
    return Verdict.PASSED
