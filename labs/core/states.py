"""Life states of a lab."""

from enum import StrEnum


class LabState(StrEnum):
    """requested → provisioning → ready → frozen → gone; or failed, from which only gone follows."""

    REQUESTED = "requested"
    PROVISIONING = "provisioning"
    READY = "ready"
    FROZEN = "frozen"
    FAILED = "failed"
    GONE = "gone"


NEXT: dict[LabState, frozenset[LabState]] = {
    LabState.REQUESTED: frozenset({LabState.PROVISIONING, LabState.FAILED, LabState.GONE}),
    LabState.PROVISIONING: frozenset({LabState.READY, LabState.FAILED, LabState.GONE}),
    LabState.READY: frozenset({LabState.FROZEN, LabState.FAILED, LabState.GONE}),
    LabState.FROZEN: frozenset({LabState.GONE}),
    LabState.FAILED: frozenset({LabState.GONE}),
    LabState.GONE: frozenset(),
}
