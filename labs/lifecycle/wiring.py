"""The context of the real world."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from labs.core.ids import LabId
from labs.core.ports import Engine
from labs.core.settings import settings
from labs.lifecycle.context import Context

if TYPE_CHECKING:
    from labs.catalogue.loader import Catalogue
    from provisioner.aws.sandbox import AwsSandbox
    from provisioner.kubernetes.sandbox import KubernetesSandbox
    from provisioner.pulumi.stack import Stack


def real_context(told: Callable[[str], None] = lambda _: None) -> Context:
    """Return a context of this host: its settings, the catalogue, the engines, the pinned Pulumi. Imports lazily."""
    sandboxes: dict[str, KubernetesSandbox] = {}

    def sandbox_of(kubeconfig: str) -> "KubernetesSandbox":
        from provisioner.kubernetes.sandbox import KubernetesSandbox  # noqa: PLC0415 - TLS and websockets

        return sandboxes.setdefault(kubeconfig, KubernetesSandbox(kubeconfig))

    accounts: dict[str, AwsSandbox] = {}

    def account_of(admin: str) -> "AwsSandbox":
        from provisioner.aws.sandbox import AwsSandbox  # noqa: PLC0415 - botocore

        return accounts.setdefault(admin, AwsSandbox(admin))

    def stack_of(lab: LabId, engine_of: Callable[[str], Engine]) -> "Stack":
        from provisioner.pulumi.backend import Backend  # noqa: PLC0415
        from provisioner.pulumi.stack import Stack  # noqa: PLC0415

        backend = Backend(settings().home / "pulumi", _pulumi, settings().pulumi_backend_url)
        return Stack(backend, lab, engine_of=engine_of, sandbox_of=sandbox_of)

    return Context(settings(), _catalogue, _engine, sandbox_of, account_of, stack_of, told=told)


def _catalogue() -> "Catalogue":
    from labs.catalogue.loader import load_catalogue  # noqa: PLC0415 - 0.1 s

    return load_catalogue(rendered=False)


def _pulumi() -> Path:
    from provisioner.toolchain import tools  # noqa: PLC0415

    return tools.path("pulumi")


def _engine(name: str) -> Engine:
    from provisioner.engines import engine  # noqa: PLC0415

    return engine(name)
