"""How long a lab may live."""

from labs.core.errors import InputError
from labs.core.settings import Settings

TTL_MIN_SECONDS = 60.0
TTL_MAX_SECONDS = 30 * 24 * 3600.0
"""A lab that outlives a month has been forgotten."""


def lab_seconds(settings: Settings, wanted: float | None) -> float:
    """Return how long a lab shall live: what is wanted, else the setting. Raises InputError when out of range."""
    seconds = settings.ttl_seconds if wanted is None else wanted
    if not TTL_MIN_SECONDS <= seconds <= TTL_MAX_SECONDS:
        raise InputError(
            f"A lab cannot live {seconds:g} s.",
            hint=f"Between {TTL_MIN_SECONDS:g} s and {TTL_MAX_SECONDS / 86400:g} days.",
        )
    return seconds
