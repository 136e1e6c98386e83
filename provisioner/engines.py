"""Engines by name."""

from labs.core.errors import InputError
from labs.core.ports import Engine
from labs.core.settings import settings

NAMES = ("labnode",)


def engine(name: str) -> Engine:
    """Return the engine. Raises InputError for a name that is not one."""
    if name != "labnode":
        raise InputError(f"There is no engine {name!r}.", hint=f"Engines: {', '.join(NAMES)}.")
    from provisioner.labnode.engine import LabnodeEngine  # noqa: PLC0415 - front ends name engines without loading them

    return LabnodeEngine(settings())
