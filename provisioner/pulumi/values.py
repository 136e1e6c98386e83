"""Pulumi's property values to and from plain JSON-like data."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi.provider.experimental.property_value import PropertyValue

from provisioner.pulumi.errors import ResourceInputError

Properties = dict[str, PropertyValue]


def plain(value: PropertyValue) -> Any:
    """Return plain data. Whole numbers become int again: Pulumi knows floats only, Kubernetes refuses `80.0`."""
    inner = value.value
    if isinstance(inner, bool) or inner is None or isinstance(inner, str):
        return inner
    if isinstance(inner, float):
        return int(inner) if inner.is_integer() else inner
    if isinstance(inner, Mapping):
        return {key: plain(entry) for key, entry in inner.items()}
    if isinstance(inner, Sequence):
        return [plain(entry) for entry in inner if isinstance(entry, PropertyValue)]
    raise ResourceInputError(f"{type(inner).__name__} is not a value that this provider takes.")


def plain_map(properties: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Return a resource's properties as plain data, without Pulumi's own (`__…`)."""
    return {key: plain(value) for key, value in properties.items() if not key.startswith("__")}


def wrapped(value: Any, *, is_secret: bool = False) -> PropertyValue:
    """Return plain data as a property value."""
    if isinstance(value, Mapping):
        return PropertyValue({str(key): wrapped(entry) for key, entry in value.items()}, is_secret=is_secret)
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value), is_secret=is_secret)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return PropertyValue([wrapped(entry) for entry in value], is_secret=is_secret)
    return PropertyValue(value, is_secret=is_secret)


def wrapped_map(values: Mapping[str, Any], *, secrets: frozenset[str]) -> Properties:
    """Return a resource's properties; those named in `secrets` are encrypted in the state."""
    return {key: wrapped(value, is_secret=key in secrets) for key, value in values.items()}
