"""Which credentials a new copy of the application would get, from where, and whether the store accepts them."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from labs.core.probes import HttpRequest, ObjectRef

_OK = 200
_VARIABLES = ("STORE_USER", "STORE_PASSWORD")


@check("credentials-come-from-a-secret")
def credentials_come_from_a_secret(view: ScenarioView) -> Finding:
    """Every variable's value comes from a Secret as it is now, and the store accepts user and password."""
    app = str(view.parameters["app"])
    deployment = view.reader.get(ObjectRef("apps/v1", "Deployment", app, view.namespace))
    if deployment is None:
        return failed(
            en=f"The Deployment {app} is gone.", es=f"El Deployment {app} no está.", expected="exists", actual="absent"
        )
    containers = deployment["spec"]["template"]["spec"]["containers"]
    container = next((item for item in containers if item["name"] == "app"), containers[0])
    values: dict[str, str] = {}
    for variable in _VARIABLES:
        value, source = _resolved(view, container, variable)
        if value is None:
            return failed(
                en=f"{variable} does not come from a Secret.",
                es=f"{variable} no viene de un Secret.",
                expected="a reference to an existing key of a Secret",
                actual=source,
            )
        values[variable] = value
    login = b64encode(f"{values['STORE_USER']}:{values['STORE_PASSWORD']}".encode()).decode()
    url = f"http://{app}-store.{view.namespace}.svc.cluster.local:{view.parameters['store_port']}/kv/orders"
    (answer,) = view.ask([HttpRequest(url, headers=(("Authorization", f"Basic {login}"),))])
    if answer.status != _OK:
        return failed(
            en="The store does not accept the credentials that a new copy would get.",
            es="El almacén no acepta las credenciales que recibiría una copia nueva.",
            expected=str(_OK),
            actual=str(answer.status or answer.outcome),
        )
    return passed(
        en="New copies get credentials from a Secret, and the store accepts them.",
        es="Las copias nuevas reciben credenciales de un Secret, y el almacén las acepta.",
    )


def _resolved(view: ScenarioView, container: Mapping[str, Any], variable: str) -> tuple[str | None, str]:
    """The variable's value, None unless a Secret gives it; and where it comes from, in words, without the value."""
    own = next((item for item in container.get("env", []) if item["name"] == variable), None)
    if own is not None:
        ref = own.get("valueFrom", {}).get("secretKeyRef")
        if ref is None:
            return None, "a value in the Deployment" if "value" in own else "another source"
        return _from_secret(view, ref["name"], ref["key"])
    for source in reversed(container.get("envFrom", [])):
        prefix = source.get("prefix", "")
        if "secretRef" in source and variable.startswith(prefix):
            value, place = _from_secret(view, source["secretRef"]["name"], variable.removeprefix(prefix))
            if value is not None:
                return value, place
    return None, "nothing sets it"


def _from_secret(view: ScenarioView, name: str, key: str) -> tuple[str | None, str]:
    secret = view.reader.get(ObjectRef("v1", "Secret", name, view.namespace))
    encoded = ((secret or {}).get("data") or {}).get(key)
    if encoded is None:
        return None, f"Secret {name} has no key {key}" if secret else f"no Secret {name}"
    return b64decode(encoded).decode(errors="replace"), f"Secret {name}, key {key}"
