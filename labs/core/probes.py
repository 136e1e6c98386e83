"""What a grader can ask from inside a sandbox, and what comes back. Answers are a candidate's output: hostile text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

PROBE_LABEL = "taller.dev/probe"
"""Label ("true") of our probe pods, so that probing is not taken for a change that the candidate made."""


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """Whom a probe pod impersonates on the network: a namespace, its labels and its service account."""

    namespace: str
    labels: tuple[tuple[str, str], ...] = ()
    service_account: str = "default"


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request. Redirects are not followed; the body of the answer is cut at 64 KiB."""

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    timeout_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class DnsQuery:
    """One look-up of a name's A records, with the pod's own resolver settings."""

    name: str
    timeout_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class TcpDial:
    """One TCP connection attempt."""

    host: str
    port: int
    timeout_seconds: float = 2.0


class ProbeOutcome(StrEnum):
    """What became of a probe, seen by its client. An outcome is evidence; a probe that did not run raises instead."""

    ANSWERED = "answered"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    RESET = "reset"
    NAME_UNKNOWN = "name-unknown"
    """The resolver said there is no such name."""
    NO_RESOLVER = "no-resolver"
    """Nothing listens where the resolver should be, or a Service without endpoints is there."""
    FAILED = "failed"
    """Another error of the network or the protocol; `detail` says which."""


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What a client saw. `status`, `headers` and `body` for HTTP, `addresses` for DNS; empty otherwise."""

    outcome: ProbeOutcome
    detail: str = ""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    addresses: tuple[str, ...] = ()
    elapsed_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ExecRequest:
    """A command in a container of a pod of the sandbox. `container` empty: the pod's first."""

    namespace: str
    pod: str
    command: tuple[str, ...]
    container: str = ""
    timeout_seconds: float = 10.0


WORKSPACE = "/home/work"
"""Where a candidate's shell has the files that stay from one shell to the next."""


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """A command in a cell of its own beside the sandbox: the workspace at hand, none of the candidate's access."""

    command: tuple[str, ...]
    stdin: str = ""
    timeout_seconds: float = 30.0
    output_max_bytes: int = 2 * 2**20


@dataclass(frozen=True, slots=True)
class ExecAnswer:
    """A finished command. Output is cut: at 64 KiB each, or where the request says."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """What an API server answered; `status` 0 when its node lives and refused."""

    status: int
    detail: str = ""


NetworkProbe = HttpRequest | DnsQuery | TcpDial


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """Names one Kubernetes object, e.g. ObjectRef("apps/v1", "Deployment", "web", "shop")."""

    api_version: str
    kind: str
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"


@dataclass(frozen=True, slots=True)
class AccessQuestion:
    """Whether somebody may do something, for the API server's authorizer to answer. Empty `name`: any object.

    `resource` with its subresource, as in a Role: `pods/log`.
    """

    user: str
    groups: tuple[str, ...]
    verb: str
    resource: str
    api_group: str = ""
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        place = f" in {self.namespace}" if self.namespace else " in all namespaces"
        return f"{self.user}: {self.verb} {self.resource}{f' {self.name}' if self.name else ''}{place}"


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether the API server lets a new object in: as `manifest`, after all that changes it, or not, and why not."""

    is_let_in: bool
    message: str = ""
    manifest: Mapping[str, Any] = field(default_factory=dict)


def service_account(namespace: str, name: str) -> tuple[str, tuple[str, ...]]:
    """The user name and the groups of a service account.

    https://kubernetes.io/docs/reference/access-authn-authz/authentication/#service-account-tokens
    """
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
    return f"system:serviceaccount:{namespace}:{name}", groups


@dataclass(frozen=True, slots=True)
class PodSelector:
    """Pods by label, newest first; only running ones can be executed in."""

    namespace: str
    labels: dict[str, str] = field(default_factory=dict)
