"""What a host keeps of a lab in a real account: all that a freeze, a teardown and the audit need, in one file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from labs.core.awssystem import AwsSystem
from labs.core.errors import InputError
from labs.core.ids import lab_id
from provisioner.account.spec import Fence

FILE = "account.json"
"""In the lab's lasting directory: written before anything is created, gone when the audit found nothing."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A lab in a real account."""

    fence: Fence
    began: datetime
    before: frozenset[str]
    """See `residue.snapshot`."""
    systems: Mapping[str, AwsSystem]
    """Scenario → its infrastructure as the fence lets it be."""

    def to_json(self) -> str:
        """One document, without secrets."""
        fence = {**asdict(self.fence), "expires_at": self.fence.expires_at.isoformat()}
        return json.dumps({
            "fence": fence,
            "began": self.began.isoformat(),
            "before": sorted(self.before),
            "systems": {name: system.to_json() for name, system in self.systems.items()},
        })  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> "Kept":
        """The reverse of `to_json`. Raises InputError for another text."""
        try:
            data = json.loads(text)
            given = data["fence"]
            ends = datetime.fromisoformat(given["expires_at"])
            fence = Fence(**{**given, "lab": lab_id(given["lab"]), "expires_at": ends})
            systems = {name: AwsSystem.from_json(system) for name, system in data["systems"].items()}
            return cls(fence, datetime.fromisoformat(data["began"]), frozenset(data["before"]), systems)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"What was kept of the lab's AWS account cannot be read: {error}.",
                hint="`aws resourcegroupstaggingapi get-resources --tag-filters Key=taller:lab` lists what it made.",
            ) from error
