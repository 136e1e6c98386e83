"""A lab in a real account, looked into before it is made: who, where, for how much, may it be. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from labs.core.awssystem import AwsSystem
from labs.core.errors import InputError
from labs.core.ids import LabId
from provisioner.account import policies
from provisioner.account.calls import Caller, account_id, ask
from provisioner.account.cost import Estimate, estimate
from provisioner.account.errors import AccountError
from provisioner.account.guard import Identity, identity, require
from provisioner.account.kept import Kept
from provisioner.account.leave import Leave
from provisioner.account.residue import GLOBAL_REGION, snapshot
from provisioner.account.spec import Fence, moment
from provisioner.account.templates import fenced
from provisioner.aws.errors import AwsError

REGION = "eu-west-1"
BUDGET_USD = 5.0
"""Ten times what the dearest scenario costs in a day's lab."""
_LONGEST_SESSION = "x" * 64
"""As long as AWS takes one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for. Raises InputError for an account that is none."""

    account: str
    region: str = REGION
    budget_usd: float = BUDGET_USD
    notify: Sequence[str] = ()
    """E-mail addresses that AWS tells when the budget is spent."""

    def __post_init__(self) -> None:
        account_id(self.account)


@dataclass(frozen=True, slots=True)
class Task:
    """What the lab is for."""

    lab: LabId
    candidate: str
    began: datetime
    ends: datetime
    systems: Mapping[str, AwsSystem]
    """Scenario → its infrastructure, as every engine takes it."""
    statements: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Prospect:
    """Nothing speaks against the lab, and nothing of it is made."""

    identity: Identity
    fence: Fence
    estimate: Estimate
    kept: Kept
    is_spent_known: bool

    def words(self, language: str = "en") -> list[str]:
        """Sentences for the person who decides, in English or Spanish (`es`)."""
        said = _SPANISH if language == "es" else _ENGLISH
        fence = self.fence
        lines = [
            said["who"].format(account=self.identity.account, arn=self.identity.arn),
            said["where"].format(regions=", ".join(fence.regions), ends=fence.expires, budget=fence.budget_usd),
            *self.estimate.words(language),
        ]
        return lines if self.is_spent_known else [*lines, said["spent"]]

    def leave(self, typed: str) -> Leave:
        """The leave to make it. Raises AccountError when what was typed is not the account that AWS named."""
        return Leave(self.fence, typed)


def look_into(caller: Caller, wish: Wish, task: Task) -> Prospect:
    """Who the credentials are, the fence, what it would cost. Nothing is created.

    Raises InputError (AccountError where the account, the credentials or the region are not as they must be) for
    whatever speaks against it.
    """
    who = identity(caller)
    if who.account != wish.account:
        raise AccountError(
            f"You named account {wish.account}, but the credentials lead to {who.account} ({who.arn}).",
            hint="Set AWS_PROFILE to the account you mean, or name this one.",
        )
    spent = spent_this_month(caller, task.began)
    fence = _fence(wish, task, who, spent or 0.0)
    systems = {name: fenced(system, fence) for name, system in task.systems.items()}
    _check_policies(fence)
    cost = estimate(systems.values(), region=wish.region, ttl_seconds=(task.ends - task.began).total_seconds())
    if cost.usd > wish.budget_usd:
        raise InputError(
            f"The lab would cost about {cost.usd:.2f} USD until its end; the budget is {wish.budget_usd:.2f} USD.",
            hint="Pass a higher --budget-usd, or a shorter --ttl.",
        )
    require(caller, fence)
    kept = Kept(fence, task.began, snapshot(caller, fence), systems)
    return Prospect(who, fence, cost, kept, spent is not None)


def spent_this_month(caller: Caller, at: datetime) -> float | None:
    """What the account has cost since the month began, in US dollars; None when AWS does not say. Asking costs a cent.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
    """
    today = at.astimezone(UTC).date()
    period = {"Start": today.replace(day=1).isoformat(), "End": (today + timedelta(days=1)).isoformat()}
    try:
        answer = ask(caller, "ce", "GetCostAndUsage", region=GLOBAL_REGION, TimePeriod=period,
                     Granularity="MONTHLY", Metrics=["UnblendedCost"])  # fmt: skip
    except (AccountError, AwsError):  # denied, or the account is too new to have data
        return None
    totals = [result.get("Total", {}).get("UnblendedCost", {}) for result in answer.get("ResultsByTime", [])]
    return max(0.0, sum(float(total.get("Amount", 0)) for total in totals))


def _fence(wish: Wish, task: Task, who: Identity, spent_usd: float) -> Fence:
    if not wish.notify:
        raise InputError(
            "AWS must have somebody to tell when the budget is spent.", hint="Pass --notify EMAIL (may be repeated)."
        )
    return Fence(
        lab=task.lab,
        account=who.account,
        operator=who.arn,
        candidate_hash=sha256(f"{task.lab} {task.candidate}".encode()).hexdigest()[:32],
        expires_at=task.ends,
        regions=(wish.region,),
        budget_usd=wish.budget_usd,
        notify=tuple(wish.notify),
        statements=tuple(task.statements),
        spent_usd=spent_usd,
    )


def _check_policies(fence: Fence) -> None:
    """None of the fence's policies is too long for AWS, the one of a frozen lab neither. Raises InputError."""
    policies.candidate(fence)
    policies.frozen_boundary(fence, session=_LONGEST_SESSION, at=moment(fence.expires_at), spare_functions=True)


_ENGLISH = {
    "who": "Account {account}, as {arn}.",
    "where": "In {regions}, until {ends}, with a budget of {budget:.2f} USD.",
    "spent": "AWS does not say what this month has cost so far: the budget counts from zero.",
}
_SPANISH = {
    "who": "Cuenta {account}, como {arn}.",
    "where": "En {regions}, hasta {ends}, con un presupuesto de {budget:.2f} USD.",
    "spent": "AWS no dice lo gastado este mes: el presupuesto cuenta desde cero.",
}
