"""The Pulumi provider `taller`: Pulumi's requests to the resource kinds."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CheckFailure,
    CheckRequest,
    CheckResponse,
    ConfigureRequest,
    ConfigureResponse,
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    GetSchemaRequest,
    GetSchemaResponse,
    Provider,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
)

from labs.core.errors import InputError
from provisioner.pulumi.errors import ResourceInputError
from provisioner.pulumi.kinds import Kind
from provisioner.pulumi.values import plain_map, wrapped_map

NAME = "taller"
VERSION = "0.1.0"


class TallerProvider(Provider):
    """Dispatches to kinds; their blocking work runs in threads, so that resources come up side by side.

    Keeps the errors its kinds raised (`raised`): the caller in the same process raises them again with their hints
    rather than Pulumi's rendering of them.
    """

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self.raised: list[Exception] = []

    async def get_schema(self, request: GetSchemaRequest) -> GetSchemaResponse:
        """Names and tokens only: programs of ours use the token, no SDK is generated."""
        del request
        resources: dict[str, dict[str, Any]] = {token: {} for token in self._kinds}
        return GetSchemaResponse(schema=json.dumps({"name": NAME, "version": VERSION, "resources": resources}))

    async def check_config(self, request: CheckRequest) -> CheckResponse:
        """The provider has no configuration of its own."""
        return CheckResponse(inputs=request.new_inputs)

    async def diff_config(self, request: DiffRequest) -> DiffResponse:
        """Never a reason to replace anything."""
        del request
        return DiffResponse(changes=False)

    async def configure(self, request: ConfigureRequest) -> ConfigureResponse:
        """Secrets are passed as such; previews show outputs as unknown."""
        del request
        return ConfigureResponse(accept_secrets=True, supports_preview=False, accept_outputs=False)

    async def check(self, request: CheckRequest) -> CheckResponse:
        """Unknown values (in a preview) are left for later."""
        if any(_is_unknown(value) for value in request.new_inputs.values()):
            return CheckResponse(inputs=request.new_inputs)
        try:
            self._kind(request.type).check(plain_map(request.new_inputs))
        except InputError as error:
            return CheckResponse(inputs=request.new_inputs, failures=[CheckFailure("", error.message)])
        return CheckResponse(inputs=request.new_inputs)

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Compares inputs only: outputs are the resource's own affair."""
        kind = self._kind(request.type)
        unknown = [key for key, value in request.new_inputs.items() if _is_unknown(value)]
        known = {key: value for key, value in request.new_inputs.items() if key not in unknown}
        old, new = plain_map(request.old_state), plain_map(known)
        changed = [*unknown, *(key for key, value in new.items() if old.get(key) != value)]
        replaces = [key for key in changed if key in kind.replacing]
        return DiffResponse(changes=bool(changed), diffs=changed, replaces=replaces, delete_before_replace=True)

    async def create(self, request: CreateRequest) -> CreateResponse:
        """See Kind.create."""
        kind = self._kind(request.type)
        resource_id, outputs = await self._run(kind.create, plain_map(request.properties))
        return CreateResponse(resource_id=resource_id, properties=wrapped_map(outputs, secrets=kind.secrets))

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """See Kind.update."""
        kind = self._kind(request.type)
        outputs = await self._run(kind.update, plain_map(request.olds), plain_map(request.news))
        return UpdateResponse(properties=wrapped_map(outputs, secrets=kind.secrets))

    async def read(self, request: ReadRequest) -> ReadResponse:
        """An empty id says that the resource is gone."""
        if not await self._run(self._kind(request.type).is_there, request.resource_id):
            return ReadResponse(resource_id="")
        return ReadResponse(request.resource_id, request.properties, request.inputs)

    async def delete(self, request: DeleteRequest) -> None:
        """See Kind.delete."""
        outputs = plain_map(request.properties)
        await self._run(self._kind(request.type).delete, request.resource_id, outputs)

    def _kind(self, token: str) -> Kind:
        if token not in self._kinds:
            raise ResourceInputError(f"The provider {NAME} has no resource {token}.")
        return self._kinds[token]

    async def _run(self, work: Any, *arguments: Any) -> Any:
        try:
            return await asyncio.to_thread(work, *arguments)
        except Exception as error:  # the outermost edge: gRPC would reduce it to text
            self.raised.append(error)
            raise


def _is_unknown(value: PropertyValue) -> bool:
    inner = value.value
    if isinstance(inner, Mapping):
        return any(_is_unknown(entry) for entry in inner.values())
    if isinstance(inner, list | tuple):
        return any(_is_unknown(entry) for entry in inner)
    return value.type.name == "COMPUTED"
