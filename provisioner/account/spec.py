"""What a fence is asked for, checked, and the names that follow from it."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from labs.core.errors import InputError
from labs.core.ids import LabId, lab_id
from provisioner.account.calls import account_id
from provisioner.account.services import SERVICES

FENCE_PATH = "/taller-fence/"
"""IAM path of what is ours: the boundary, the candidate's user, the grader's role, the budget's role."""
LAB_PATH = "/taller/"
"""IAM path of the scenario's and the candidate's own users, roles, groups and policies."""
INSTANCE_TYPES = ("t3.nano", "t3.micro", "t3.small", "t4g.nano", "t4g.micro", "t4g.small")
"""No scenario needs more; the dearest of them costs about two cents an hour."""
BUDGET_MOST_USD = 500.0
"""A slip of the decimal point is refused; who means more says so in code."""
TAG_LAB = "taller:lab"
TAG_CANDIDATE = "taller:candidate-hash"
TAG_EXPIRES = "taller:expires-at"
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_TYPE = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")
_HASH = re.compile(r"[0-9a-f]{8,64}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Fence:
    """One lab's fence in one account. Raises InputError naming everything that is wrong with it."""

    lab: LabId
    account: str
    """Twelve digits."""
    operator: str
    """ARN of the principal that runs taller, as sts:GetCallerIdentity gives it; the grader's role trusts it."""
    candidate_hash: str
    """A candidate's name is personal data and tags are read by many: a hash of it, in hexadecimal."""
    expires_at: datetime
    """The candidate's credentials, and every session derived from them, end then whatever becomes of taller."""
    regions: Sequence[str]
    """Where the candidate may work; the first is the default."""
    budget_usd: float
    notify: Sequence[str]
    """E-mail addresses that AWS tells when the budget is spent; AWS wants at least one."""
    services: Sequence[str] = tuple(SERVICES)
    """IAM prefixes of what the candidate may use; iam and sts, fenced, always are."""
    instance_types: Sequence[str] = INSTANCE_TYPES
    statements: Sequence[Mapping[str, Any]] = ()
    """The scenarios' policy for the candidate."""
    spent_usd: float = 0.0
    """What the account has cost this month before the lab: the budget counts from there."""

    def __post_init__(self) -> None:
        lab_id(self.lab)
        account_id(self.account)
        if wrong := list(_problems(self)):
            raise InputError(
                f"The fence of lab {self.lab} cannot be built: {'; '.join(wrong)}.",
                hint="Look at --region, --budget-usd, --notify and --ttl. Nothing was created.",
            )

    @property
    def fence_path(self) -> str:
        """IAM path of this lab's fence."""
        return f"{FENCE_PATH}{self.lab}/"

    @property
    def lab_path(self) -> str:
        """IAM path under which the candidate may make users, roles and policies."""
        return f"{LAB_PATH}{self.lab}/"

    @property
    def tags(self) -> dict[str, str]:
        """What everything of the lab is tagged with."""
        return {TAG_LAB: self.lab, TAG_CANDIDATE: self.candidate_hash, TAG_EXPIRES: self.expires}

    @property
    def expires(self) -> str:
        """The end, as ISO 8601 in UTC."""
        return moment(self.expires_at)

    def name(self, role: str) -> str:
        """The name of a part of the fence: `boundary`, `candidate`, `grader`, `stop`, `budget`, `workplace`."""
        return f"taller-{self.lab}-{role}"

    def arn(self, kind: str, role: str) -> str:
        """The ARN of a part of the fence; `kind` is `policy`, `user` or `role`."""
        return f"arn:aws:iam::{self.account}:{kind}{self.fence_path}{self.name(role)}"

    @property
    def boundary_arn(self) -> str:
        """The permissions boundary of every principal in the lab."""
        return self.arn("policy", "boundary")

    @property
    def lab_roles(self) -> str:
        """ARN pattern of the roles in the lab."""
        return f"arn:aws:iam::{self.account}:role{self.lab_path}*"


def moment(at: datetime) -> str:
    """ISO 8601 in UTC, to the second, as policies and tags take it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _problems(fence: Fence) -> Sequence[str]:
    wrong = []
    if not fence.operator.startswith(("arn:aws:iam::", "arn:aws:sts::")) or fence.account not in fence.operator:
        wrong.append(f"{fence.operator!r} is no principal of account {fence.account}")
    if not _HASH.fullmatch(fence.candidate_hash):
        wrong.append("the candidate's hash is not 8 to 64 hexadecimal digits")
    if fence.expires_at.tzinfo is None:
        wrong.append("the end has no time zone")
    if not math.isfinite(fence.budget_usd) or not 1 <= fence.budget_usd <= BUDGET_MOST_USD:
        wrong.append(f"a budget of {fence.budget_usd} USD is not between 1 and {BUDGET_MOST_USD:g}")
    if not math.isfinite(fence.spent_usd) or fence.spent_usd < 0:
        wrong.append("what was spent before cannot be negative")
    wrong += _listed("region", fence.regions, _REGION)
    wrong += _listed("instance type", fence.instance_types, _TYPE)
    wrong += _listed("e-mail address", fence.notify, _MAIL)
    unknown = sorted(set(fence.services) - set(SERVICES))
    wrong += [f"service {name}: no listing can audit what is left of it" for name in unknown]
    return wrong


def _listed(what: str, texts: Sequence[str], pattern: re.Pattern[str]) -> list[str]:
    if not texts:
        return [f"no {what} is given"]
    return [f"{text!r} is no {what}" for text in texts if not pattern.fullmatch(text)]
