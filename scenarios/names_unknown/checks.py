"""Whether the copies find others by name, and not by an address that somebody has written down."""

from urllib.parse import urlsplit

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.lab_dns import is_address
from grading.workloads import gone, living_pods, named_container, pod_spec_of, setting
from labs.core.probes import DnsQuery, ObjectRef


@check("found-by-name")
def found_by_name(view: ScenarioView) -> Finding:
    """Nothing is written down, the name leads to the supplier's present address, and each copy can look names up."""
    app, supplier = str(view.parameters["app"]), str(view.parameters["supplier"])
    ref = ObjectRef("apps/v1", "Deployment", app, view.namespace)
    deployment = view.reader.get(ref)
    if deployment is None:
        return gone(ref)
    pod_spec = pod_spec_of(deployment)
    url = setting(view, view.namespace, named_container(pod_spec), "API_URL").value or ""
    host = urlsplit(url).hostname or ""
    if pod_spec.get("hostAliases") or is_address(host):
        return _failed("An address is written down.", "Hay una dirección escrita.", "hostAliases" if host else host)
    if complaint := _leads_elsewhere(view, host, supplier):
        return _failed("The name does not lead to the supplier.", "El nombre no lleva al proveedor.", complaint)
    return _looked_up(view, app, f"{url.rstrip('/')}/about")


def _looked_up(view: ScenarioView, app: str, url: str) -> Finding:
    """Whether every copy finds the supplier, by the configured URL and by its full name, and a neighbour."""
    parameters = view.parameters
    supplier = f"{parameters['supplier']}.{parameters['supplier_ns']}.svc.cluster.local:{parameters['supplier_port']}"
    places = (url, f"http://{supplier}/about", f"http://{app}-help:8080/about")
    pods = living_pods(view, view.namespace, {"app": app})
    if not pods:
        return _failed("No copy is there.", "No hay ninguna copia.", "none")
    for pod in pods:
        name = str(pod["metadata"]["name"])
        if (pod.get("status") or {}).get("phase") != "Running":
            return _failed(f"{name} does not run yet.", f"{name} todavía no corre.", "not running")
        for place in places:
            answer = view.execute(name, ("shop", "get", "-m", "3s", place), container="app")
            if answer.exit_code != 0:
                return _failed(f"{name} does not find {place}.", f"{name} no encuentra {place}.", answer.stderr.strip())
    return passed(en="Every copy finds others by name.", es="Cada copia encuentra a otros por su nombre.")


def _leads_elsewhere(view: ScenarioView, host: str, supplier: str) -> str:
    """What the host resolves to, when that is not the address of the supplier's Service; else nothing."""
    ref = ObjectRef("v1", "Service", supplier, str(view.parameters["supplier_ns"]))
    service = view.reader.get(ref)
    if service is None:
        return f"{ref} is gone"
    (answer,) = view.ask([DnsQuery(host)])
    wanted = (service["spec"]["clusterIP"],)
    return "" if answer.addresses == wanted else f"{host}: {', '.join(answer.addresses) or answer.outcome}"


def _failed(en: str, es: str, actual: str) -> Finding:
    return failed(en=en, es=es, expected="the supplier's name, looked up by each copy", actual=actual)
