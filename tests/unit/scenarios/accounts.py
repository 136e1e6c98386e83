"""A scenario's variant in an account in memory (moto inside this process), as its checks see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grading.baseline import Baseline
from grading.findings import Finding
from grading.helpers import ScenarioView
from grading.probing import Probes
from labs.catalogue.variant import Variant
from labs.core.aws import AwsAdmin, AwsCall
from labs.core.errors import UnreachableError
from labs.lifecycle.sandboxes import named_spec
from labs.lifecycle.variants import python_checks
from provisioner.aws.client import AwsClient
from provisioner.aws.reader import Reader
from provisioner.aws.sandbox import AwsSandbox
from provisioner.aws.system import deploy
from tests.unit.scenarios.systems import CATALOGUE


class InMemoryClient(AwsClient):
    """What moto lacks has no answer, as with its server."""

    def call(self, call: AwsCall) -> Mapping[str, Any]:
        try:
            return super().call(call)
        except NotImplementedError as error:
            raise UnreachableError(str(error)) from error


class InMemorySandbox(AwsSandbox):
    def __init__(self) -> None:
        super().__init__(AwsAdmin("", "123456789012", "eu-west-1").to_json())
        self.client = InMemoryClient(self.client.admin)
        self._reader = Reader(self.client)


@dataclass
class Account:
    """Use it within `moto.mock_aws`, with credentials in the environment."""

    variant: Variant
    sandbox: AwsSandbox = field(default_factory=InMemorySandbox)
    names: dict[str, str] = field(default_factory=dict)

    def deploy(self, *, broken: bool = False) -> "Account":
        """The variant's system is there."""
        assert self.variant.aws
        self.names = deploy(self.sandbox.client, self.variant.aws.broken if broken else self.variant.aws.healthy)
        return self

    def call(self, service: str, operation: str, **parameters: Any) -> Any:
        """What AWS answers."""
        return self.sandbox.client.call(AwsCall(service, operation, parameters))

    def finding(self, check: str) -> Finding:
        """Of one of the scenario's Python checks."""
        spec = named_spec(self.variant, self.names)
        view = ScenarioView(spec, Baseline(spec.scenario, 0.0, {}, {}, {}), self.sandbox, Probes(self.sandbox))
        return python_checks(CATALOGUE[self.variant.scenario])[check](view)
