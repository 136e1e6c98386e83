"""Whose credentials the next copies bring, who accepts them, and where the data comes from."""

import json
from base64 import b64encode
from urllib.parse import urlsplit

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import gone, living_pods, named_container, pod_spec_of, setting
from labs.core.probes import HttpRequest, ObjectRef

OK = 200


@check("own-credentials-accepted")
def own_credentials_accepted(view: ScenarioView) -> Finding:
    """The vault lets the next copy in."""
    app, port = str(view.parameters["app"]), view.parameters["vault_port"]
    return _accepted(view, app, f"http://{app}-vault.{view.namespace}.svc.cluster.local:{port}")


@check("neighbour-credentials-accepted")
def neighbour_credentials_accepted(view: ScenarioView) -> Finding:
    """The neighbour's store lets the neighbour's next copy in."""
    neighbour = str(view.parameters["neighbour"])
    return _accepted(view, neighbour, f"http://{neighbour}-store.{view.namespace}.svc.cluster.local:7500")


@check("data-from-the-vault")
def data_from_the_vault(view: ScenarioView) -> Finding:
    """Every copy that runs says that it reads from the vault."""
    app = str(view.parameters["app"])
    pods = [pod for pod in living_pods(view, view.namespace, {"app": app}) if (pod.get("status") or {}).get("podIP")]
    if not pods:
        return failed(en="No copy is there.", es="No hay ninguna copia.", expected="copies", actual="none")
    for pod in pods:
        answer = view.http(f"http://{pod['status']['podIP']}:{view.parameters['port']}/about")
        try:
            host = urlsplit(str(json.loads(answer.body)["store_url"])).hostname or "" if answer.status == OK else ""
        except (ValueError, LookupError, TypeError):
            host = ""
        if host.split(".")[0] != f"{app}-vault":
            return failed(
                en=f"{pod['metadata']['name']} does not read from the vault.",
                es=f"{pod['metadata']['name']} no lee del almacén.",
                expected=f"{app}-vault",
                actual=host or f"no store ({answer.status or answer.outcome})",
            )
    return passed(en="Every copy reads from the vault.", es="Todas las copias leen del almacén.")


def _accepted(view: ScenarioView, name: str, store: str) -> Finding:
    """Whether the next copy's credentials come from Secrets and the store accepts them. No secret is told."""
    ref = ObjectRef("apps/v1", "Deployment", name, view.namespace)
    deployment = view.reader.get(ref)
    if deployment is None:
        return gone(ref)
    container = named_container(pod_spec_of(deployment))
    user, password = (setting(view, view.namespace, container, each) for each in ("STORE_USER", "STORE_PASSWORD"))
    for found in (user, password):
        if found.value is None or not found.source.startswith("Secret "):
            return failed(
                en="The credentials do not come from a Secret.",
                es="Las credenciales no vienen de un Secret.",
                expected="a key of a Secret",
                actual=found.source or "nothing",
            )
    login = b64encode(f"{user.value}:{password.value}".encode()).decode()
    (answer,) = view.ask([HttpRequest(f"{store}/kv/orders", headers=(("Authorization", f"Basic {login}"),))])
    make = passed if answer.status == OK else failed
    return make(
        en=f"The store's answer to the next copy of {name}: {answer.status or answer.outcome}.",
        es=f"La respuesta del almacén a la próxima copia de {name}: {answer.status or answer.outcome}.",
        expected=str(OK),
        actual=str(answer.status or answer.outcome),
    )
