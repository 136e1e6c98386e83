"""Property tests run on busy machines: how long an example takes, or takes to be thought of, says nothing there."""

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
