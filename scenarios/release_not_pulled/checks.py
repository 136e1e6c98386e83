"""Which image copies run: told by its content, whatever it is called."""

from collections.abc import Mapping, Sequence

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import gone, living_pods, named_container, pod_spec_of
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef


@check("runs-the-release")
def runs_the_release(view: ScenarioView) -> Finding:
    """Every copy runs what the neighbour runs, and has the image that the Deployment names."""
    app = str(view.parameters["app"])
    ref = ObjectRef("apps/v1", "Deployment", app, view.namespace)
    deployment = view.reader.get(ref)
    if deployment is None:
        return gone(ref)
    wanted = named_container(pod_spec_of(deployment))["image"]
    release = _contents(living_pods(view, view.namespace, {"app": f"{app}-{view.parameters['neighbour']}"}))
    copies = living_pods(view, view.namespace, {"app": app})
    running = _contents(copies)
    others = [str(pod["metadata"]["name"]) for pod in copies if named_container(pod["spec"])["image"] != wanted]
    if not copies or not running or not set(running.values()) <= set(release.values()) or len(running) < len(copies):
        return failed(
            en="Not every copy runs the release.",
            es="No todas las copias corren la versión.",
            expected=", ".join(sorted(set(release.values()))) or "the release",
            actual=", ".join(sorted(set(running.values()))) or "no running container",
        )
    if others:
        return failed(
            en="Copies have another image than the Deployment gives the next ones.",
            es="Hay copias con otra imagen que la que el Deployment da a las próximas.",
            expected=wanted,
            actual=", ".join(others),
        )
    return passed(en="Every copy runs the release.", es="Todas las copias corren la versión.")


def _contents(pods: Sequence[Manifest]) -> Mapping[str, str]:
    """What the containers run, by pod; those that do not run are left out."""
    found = {}
    for pod in pods:
        for status in (pod.get("status") or {}).get("containerStatuses") or []:
            if "running" in (status.get("state") or {}):
                found[str(pod["metadata"]["name"])] = str(status.get("imageID", ""))
    return found
