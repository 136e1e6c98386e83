"""The leave to create in a real account: without one no program registers anything there."""

from dataclasses import dataclass

from provisioner.account.guard import confirmed
from provisioner.account.spec import Fence


@dataclass(frozen=True, slots=True)
class Leave:
    """A person named the very account of the fence. Raises AccountError or InputError when they did not."""

    fence: Fence
    """Its account and operator are what AWS said of the credentials."""
    typed: str
    """What the person typed when asked for the account's id."""

    def __post_init__(self) -> None:
        confirmed(self.fence.account, self.typed)
