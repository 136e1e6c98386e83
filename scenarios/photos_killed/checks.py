"""Whether the memory that a container is promised and allowed fits what it uses."""

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import gone, living_pods, mebibytes, named_container, pod_spec_of, setting
from labs.core.probes import ObjectRef

OVERHEAD_MIB = 8.0
"""The program's own, beside its cache: measured, 6."""
GENEROUS_MIB = 128.0
"""So much over the cache may be promised: more would keep others out."""


@check("memory-fits")
def memory_fits(view: ScenarioView) -> Finding:
    """Every living copy is promised what its cache needs and little more, and has a limit above that."""
    pods = living_pods(view, view.namespace, {"app": str(view.parameters["app"])})
    if not pods:
        return failed(en="No copy is there.", es="No hay ninguna copia.", expected="a copy", actual="none")
    needed = int(view.parameters["cache"]) + OVERHEAD_MIB
    for pod in pods:
        resources = named_container(pod["spec"]).get("resources") or {}
        promised = mebibytes((resources.get("requests") or {}).get("memory", "0"))
        allowed = mebibytes((resources.get("limits") or {}).get("memory", "0"))
        if not needed <= promised <= needed + GENEROUS_MIB or allowed < promised:
            return failed(
                en=f"The memory of {pod['metadata']['name']} does not fit what it uses.",
                es=f"La memoria de {pod['metadata']['name']} no corresponde a lo que usa.",
                expected=f"{needed:g} to {needed + GENEROUS_MIB:g} MiB requested, and a limit not below that",
                actual=f"{promised:g} MiB requested, limit {f'{allowed:g} MiB' if allowed else 'none'}",
            )
    return passed(en="It is promised what it uses.", es="Se le promete lo que usa.")


@check("cache-kept")
def cache_kept(view: ScenarioView) -> Finding:
    """The next copy keeps as much in memory as at the hand-over."""
    ref = ObjectRef("apps/v1", "Deployment", str(view.parameters["app"]), view.namespace)
    deployment = view.reader.get(ref)
    if deployment is None:
        return gone(ref)
    value = setting(view, view.namespace, named_container(pod_spec_of(deployment)), "ALLOCATE_MIB").value or "0"
    make = passed if value.isdecimal() and int(value) >= int(view.parameters["cache"]) else failed
    return make(
        en=f"It keeps {value} MiB of pictures in memory.",
        es=f"Conserva {value} MiB de imágenes en memoria.",
        expected=f"at least {view.parameters['cache']}",
        actual=value,
    )
