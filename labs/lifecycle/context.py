"""What the verbs of a lab's life need."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from labs.core.errors import InfrastructureError
from labs.core.ids import LabId
from labs.core.ports import Clock, Engine
from labs.core.settings import Settings
from labs.lifecycle.files import LabFiles

if TYPE_CHECKING:
    from labs.catalogue.loader import Catalogue
    from labs.lifecycle.registry import Registry
    from provisioner.aws.client import AwsClient
    from provisioner.aws.sandbox import AwsSandbox
    from provisioner.inventory import Leftover
    from provisioner.kubernetes.sandbox import KubernetesSandbox
    from provisioner.pulumi.stack import Stack


class SystemClock:
    """The real time."""

    def now(self) -> float:
        """See Clock."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """See Clock."""
        time.sleep(seconds)


class StoppableClock:
    """A clock whose waits can be ended from another thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._is_stopped = False

    def stop(self) -> None:
        """Every wait from now on raises InfrastructureError."""
        self._is_stopped = True

    def now(self) -> float:
        """See Clock."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """See Clock. Raises InfrastructureError once stopped."""
        if self._is_stopped:
            raise InfrastructureError("The work was given up.")
        self._clock.sleep(seconds)


def _host_inventory() -> "Sequence[Leftover]":
    from provisioner.inventory import host_inventory  # noqa: PLC0415 - reads all of /proc

    return host_inventory()


def _join(lab: LabId) -> None:
    from labs.core.settings import settings  # noqa: PLC0415
    from provisioner.emulated.engine import EmulatedEngine  # noqa: PLC0415

    EmulatedEngine(settings()).join(lab)


def _operator(account: str, region: str) -> "AwsClient":
    from labs.core.aws import AwsAdmin  # noqa: PLC0415
    from provisioner.aws.client import AwsClient  # noqa: PLC0415 - botocore

    return AwsClient(AwsAdmin("", account, region))


def _silent(_: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Context:
    """Settings, the scenarios, and how to get at engines, clusters and stacks. Tests put fakes in.

    Not slotted: the registry is opened when first needed.
    """

    settings: Settings
    catalogue_of: "Callable[[], Catalogue]"
    """Read when first needed: removing a lab needs no scenario."""
    engine_of: Callable[[str], Engine]
    sandbox_of: "Callable[[str], KubernetesSandbox]"
    """From a kubeconfig's text."""
    account_of: "Callable[[str], AwsSandbox]"
    """From an AwsAdmin's text."""
    stack_of: "Callable[[LabId, Callable[[str], Engine]], Stack]"
    """A lab's stack, whose Node resources come from the given engines."""
    join: Callable[[LabId], None] = _join
    """Lets what is in the lab's cluster reach its AWS account."""
    operator_of: "Callable[[str, str], AwsClient]" = _operator
    """A real account, by id and region, with the credentials of whoever runs taller."""
    clock: Clock = field(default_factory=SystemClock)
    inventory: "Callable[[], Sequence[Leftover]]" = _host_inventory
    """What is on the host."""
    told: Callable[[str], None] = _silent
    """Called with each step's name, such as `up:stack`."""

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The scenarios there are."""
        return self.catalogue_of()

    @cached_property
    def registry(self) -> "Registry":
        """The labs of this TALLER_HOME."""
        from labs.lifecycle.registry import Registry  # noqa: PLC0415 - SQLAlchemy is slow to import

        return Registry(self.settings.registry_path)

    def files(self, lab: LabId) -> LabFiles:
        """The lab's directories."""
        return LabFiles(self.settings.labs_directory / lab, self.settings.lasting_directory(lab))
