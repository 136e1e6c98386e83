"""What checks of scenarios ask of workloads: their containers, pods and environment, and who may do what."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grading.findings import Finding, failed
from grading.helpers import ScenarioView
from labs.core.ports import Manifest
from labs.core.probes import AccessQuestion, ObjectRef, service_account

Container = Mapping[str, Any]


def named_container(pod_spec: Mapping[str, Any], name: str = "app") -> Container:
    """The container of that name; the first one where there is none."""
    containers: Sequence[Container] = pod_spec["containers"]
    return next((container for container in containers if container["name"] == name), containers[0])


def pod_spec_of(workload: Manifest) -> Mapping[str, Any]:
    """The pod template's spec of a Deployment, StatefulSet, DaemonSet, Job or CronJob."""
    spec: Mapping[str, Any] = workload["spec"]
    if workload["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template: Mapping[str, Any] = spec["template"]["spec"]
    return template


def living_pods(view: ScenarioView, namespace: str, labels: Mapping[str, str]) -> list[Manifest]:
    """The pods with the labels that nobody has asked to go and that have not ended."""
    selector = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    return [
        pod
        for pod in view.reader.list("v1", "Pod", namespace=namespace, labels=selector)
        if not pod["metadata"].get("deletionTimestamp")
        and (pod.get("status") or {}).get("phase") not in {"Succeeded", "Failed"}
    ]


def is_ready(pod_or_node: Manifest) -> bool:
    """Whether its condition `Ready` holds."""
    conditions = (pod_or_node.get("status") or {}).get("conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def gone(ref: ObjectRef) -> Finding:
    """The finding that an object which the check is about is not there."""
    return failed(en=f"{ref} is gone.", es=f"{ref} no está.", expected="exists", actual="absent")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a new process would find in an environment variable. `value` None: nothing sets it."""

    value: str | None
    source: str
    """`value` (written in the workload), `ConfigMap NAME`, `Secret NAME`, `field`, or empty."""


def setting(view: ScenarioView, namespace: str, container: Container, variable: str) -> Setting:
    """The variable as the kubelet would resolve it now: `env` before `envFrom`, of which the last source wins.

    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables
    """
    own = next((item for item in reversed(container.get("env") or []) if item["name"] == variable), None)
    if own is not None:
        origin = own.get("valueFrom") or {}
        for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            if key in origin:
                return _keyed(view, ObjectRef("v1", kind, origin[key]["name"], namespace), origin[key]["key"])
        return Setting(None, "field") if origin else Setting(str(own.get("value", "")), "value")
    for source in reversed(container.get("envFrom") or []):
        prefix = source.get("prefix", "")
        for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if key in source and variable.startswith(prefix):
                ref = ObjectRef("v1", kind, source[key]["name"], namespace)
                found = _keyed(view, ref, variable.removeprefix(prefix))
                if found.value is not None:
                    return found
    return Setting(None, "")


def _keyed(view: ScenarioView, ref: ObjectRef, key: str) -> Setting:
    manifest = view.reader.get(ref) or {}
    value = (manifest.get("data") or {}).get(key)
    if value is not None and ref.kind == "Secret":
        value = b64decode(value).decode(errors="replace")
    return Setting(None if value is None else str(value), f"{ref.kind} {ref.name}")


def account_may(
    view: ScenarioView, account: tuple[str, str], verb: str, resource: str, *, namespace: str, api_group: str = ""
) -> bool:
    """Whether a service account (namespace, name) may do that in the namespace; a resource may be `pods/log`."""
    user, groups = service_account(*account)
    return view.reader.is_allowed(AccessQuestion(user, groups, verb, resource, api_group, namespace))


_UNITS = {
    "Ki": 1 / 1024,
    "Mi": 1.0,
    "Gi": 1024.0,
    "k": 1e3 / 2**20,
    "M": 1e6 / 2**20,
    "G": 1e9 / 2**20,
    "m": 1e-3 / 2**20,
}


def mebibytes(quantity: str | float) -> float:
    """A quantity of memory in MiB. Raises ValueError when it is none.

    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    """
    text = str(quantity)
    unit = next((unit for unit in _UNITS if text.endswith(unit)), "")
    return float(text.removesuffix(unit)) * (_UNITS[unit] if unit else 1 / 2**20)


_PARTS = {"m": 1e-3, "u": 1e-6, "n": 1e-9}


def cores(quantity: str | float) -> float:
    """A quantity of processor time in cores; measurements come in nanocores. Raises ValueError when it is none."""
    text = str(quantity)
    unit = text[-1:]
    return float(text.removesuffix(unit)) * _PARTS[unit] if unit in _PARTS else float(text)
