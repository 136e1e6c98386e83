"""Engines by name."""

from labs.core.errors import InputError
from labs.core.ports import Engine
from labs.core.settings import settings

KUBERNETES = ("labnode",)
AWS = ("emulated",)
ACCOUNT = "account"
"""A real AWS account: never chosen but by a person who names it."""
NAMES = (*KUBERNETES, *AWS, ACCOUNT)


def engine(name: str) -> Engine:
    """Return the engine. Raises InputError for a name that is not one."""
    if name == "labnode":
        from provisioner.labnode.engine import LabnodeEngine  # noqa: PLC0415 - front ends name engines unloaded

        return LabnodeEngine(settings())
    if name == "emulated":
        from provisioner.emulated.engine import EmulatedEngine  # noqa: PLC0415

        return EmulatedEngine(settings())
    if name == ACCOUNT:
        from provisioner.account.engine import AccountEngine  # noqa: PLC0415

        return AccountEngine(settings())
    raise InputError(f"There is no engine {name!r}.", hint=f"Engines: {', '.join(NAMES)}.")
