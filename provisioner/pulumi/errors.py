"""Errors of the Pulumi side."""

from labs.core.errors import InfrastructureError, InputError


class ResourceInputError(InputError):
    """A resource of the provider was given inputs that it does not take."""


class StackError(InfrastructureError):
    """Pulumi could not bring a stack where it should be. `facts["output"]` holds the end of what it said."""


class StackBusyError(InfrastructureError):
    """Another living process works on the stack. Wait for it, or end it."""
