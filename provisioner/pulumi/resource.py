"""Resources of the provider `taller`, as a Pulumi program registers them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi


class Resource(pulumi.CustomResource):
    """A resource of the provider `taller`; outputs are read by name, see `output`."""

    def __init__(
        self,
        kind: str,
        name: str,
        inputs: Mapping[str, Any],
        *,
        outputs: Sequence[str] = (),
        options: pulumi.ResourceOptions | None = None,
    ) -> None:
        blank = dict.fromkeys(outputs)
        super().__init__(f"taller:index:{kind}", name, {**inputs, **blank}, options)


def output(resource: Resource, name: str) -> "pulumi.Output[Any]":
    """The output of that name, which the resource was made with."""
    found: pulumi.Output[Any] = getattr(resource, name)
    return found
