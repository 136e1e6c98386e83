"""Property tests run on busy machines: how long an example takes says nothing there."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
