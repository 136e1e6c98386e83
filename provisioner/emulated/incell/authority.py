"""moto authenticates, we authorise."""

from typing import Any

from provisioner.emulated.incell.gate import Gate


def install(gate: Gate) -> None:
    """Every request but the grader's is checked: signature, then policies."""
    from moto.core.authorization import ActionAuthenticatorMixin  # noqa: PLC0415

    method = "_authenticate_and_authorize_action"  # moto has no public place for this
    judged = getattr(ActionAuthenticatorMixin, method)
    from moto import settings  # noqa: PLC0415

    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0

    def judge(self: Any, kind: type, resource: str = "*") -> None:
        if not gate.standing.unrestricted:
            judged(self, kind, resource)

    setattr(ActionAuthenticatorMixin, method, judge)
