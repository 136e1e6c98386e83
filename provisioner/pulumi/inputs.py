"""What each resource takes: the boundary where Pulumi's loose data becomes typed."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from labs.core.ports import NodeLayout
from provisioner.pulumi.errors import ResourceInputError


class Inputs(BaseModel):
    """camelCase outside, snake_case inside; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


class NodeInputs(Inputs):
    """A Kubernetes sandbox of an engine."""

    lab: str
    engine: str = "labnode"
    cpu_cores: float = 2.0
    memory_mib: int = 2048
    pids: int = 4096
    disk_mib: int = 8192
    egress: bool = False
    workspace: bool = False
    nodes: int = 1
    addons: tuple[str, ...] = ()
    layout: NodeLayout = NodeLayout.ONE_PROCESS


class ObjectsInputs(Inputs):
    """Kubernetes objects in the cluster of `kubeconfig`; Objects and Fault take the same."""

    kubeconfig: str
    manifests: list[dict[str, Any]]


class GrantInputs(Inputs):
    """RBAC rules in one namespace."""

    namespace: str
    rules: list[dict[str, Any]]


class AccessInputs(Inputs):
    """The candidate's rights in the cluster of `kubeconfig`."""

    kubeconfig: str
    grants: list[GrantInputs]
    ttl_seconds: float = Field(gt=0)


_Model = TypeVar("_Model", bound=Inputs)


def parsed(model: type[_Model], properties: Mapping[str, Any]) -> _Model:
    """Return the inputs. Raises ResourceInputError naming every key that is wrong, without its value (secrets)."""
    try:
        return model.model_validate(properties)
    except ValidationError as error:
        words = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise ResourceInputError(f"{model.__name__}: {words}") from None
