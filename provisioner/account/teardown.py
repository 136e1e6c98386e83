"""The end of a lab in a real account: everything removed in an order that works, then the audit, until it is clean."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from labs.core.errors import InfrastructureError, TallerError
from labs.core.ports import Clock
from provisioner.account.buckets import empty_buckets
from provisioner.account.freeze import freeze, release
from provisioner.account.guard import check_account
from provisioner.account.kept import Kept
from provisioner.account.principals import remove_principals
from provisioner.account.residue import Audit, audit
from provisioner.aws.client import AwsClient
from provisioner.aws.errors import AwsError
from provisioner.aws.system import remove

PATIENCE_SECONDS = 300.0
"""AWS takes minutes to forget network interfaces and load balancers."""
POLL_SECONDS = 15.0
_GONE = "NoSuchEntity"


class ResidueError(InfrastructureError):
    """Something of the lab is left in the account, or not everything could be looked at.

    `lines` says what, and how to remove it.
    """

    def __init__(self, account: str, lines: Sequence[str], *, lab: str) -> None:
        super().__init__(
            f"Account {account} is not known to be clean: {len(lines)} findings.",
            hint=f"Run these commands, then `taller down {lab}` again: it looks once more.",
            lab=lab,
            **{f"left_{number}": line for number, line in enumerate(lines, start=1)},
        )
        self.lines = tuple(lines)

    def __str__(self) -> str:
        return "\n  ".join([self.message, *self.lines])


def take_down(
    client: AwsClient,
    kept: Kept,
    *,
    names: Mapping[str, Mapping[str, str]],
    destroy: Callable[[], None],
    clock: Clock,
) -> None:
    """Nothing of the lab is left in its account. Idempotent; also after a half-made `up`.

    `names` are what the scenarios' systems made; `destroy` destroys the fence (Pulumi). Raises ResidueError naming what
    is left, AccountError (nothing was touched) when the credentials lead to another account.
    """
    fence = kept.fence
    check_account(client, fence.account)
    troubles = list(_removed(client, kept, names, destroy=destroy, at=datetime.fromtimestamp(clock.now(), UTC)))
    found = _audited(client, kept, clock)
    if not found.is_clean:
        raise ResidueError(fence.account, [*lines(found), *troubles], lab=fence.lab)


def lines(found: Audit) -> list[str]:
    """What the audit found, a line each: what, where, why, and the command that removes it."""
    left = [f"{each.kind} {each.id} in {each.region} ({each.why}): {each.command or 'no command of ours removes it'}"
            for each in found.left]  # fmt: skip
    return [
        *left,
        *(f"not known: {each}" for each in found.unknown),
        *(f"not listed: {each}" for each in found.not_looked),
    ]


def _removed(
    client: AwsClient,
    kept: Kept,
    names: Mapping[str, Mapping[str, str]],
    *,
    destroy: Callable[[], None],
    at: datetime,
) -> Iterator[str]:
    """Everything is tried, in order; what did not work, in words. The audit afterwards is the judge."""
    fence = kept.fence
    # Whoever still has keys could make anew what is being removed.
    yield from _tried(lambda: freeze(client, fence, at=at), "ending the access")
    for scenario, system in reversed(list(kept.systems.items())):
        yield from empty_buckets(client, system.stack, region=fence.regions[0])
        yield from remove(client, system, names.get(scenario, {}))
    yield from _tried(lambda: release(client, fence), "releasing the keys")
    yield from remove_principals(client, fence)
    yield from _tried(destroy, "destroying the fence")


def _tried(work: Callable[[], object], what: str) -> Iterator[str]:
    try:
        work()
    except TallerError as error:
        if isinstance(error, AwsError) and error.code == _GONE:
            return  # half made, or taken down before
        yield f"{what}: {error.message}"


def _audited(client: AwsClient, kept: Kept, clock: Clock) -> Audit:
    """The last audit: a clean one, or the one at the end of our patience."""
    deadline = clock.now() + PATIENCE_SECONDS
    while True:
        found = audit(client, kept.fence, began=kept.began, before=kept.before)
        if found.is_clean or clock.now() >= deadline:
            return found
        clock.sleep(POLL_SECONDS)
