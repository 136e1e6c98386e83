"""Whether the application's text lies where it outlives the pods."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import living_pods, named_container, setting
from labs.core.probes import ObjectRef

VARIABLE = "SHOP_TEXT_FILE"


@check("text-on-a-claim")
def text_on_a_claim(view: ScenarioView) -> Finding:
    """In every living copy the file is on a volume whose claim is bound."""
    pods = living_pods(view, view.namespace, {"app": str(view.parameters["app"])})
    places = [_place(view, pod["spec"]) for pod in pods] or ["no copy is there"]
    wrong = next((place for place in places if place), "")
    make = failed if wrong else passed
    return make(
        en=f"Where the text is: {wrong or 'on a claim that has a volume'}.",
        es=f"Dónde está el texto: {wrong or 'en un claim que tiene volumen'}.",
        expected="on a claim that has a volume",
        actual=wrong or "on a claim that has a volume",
    )


def _place(view: ScenarioView, spec: Mapping[str, Any]) -> str:
    """Where a copy has its text, when that is not on a bound claim; else empty."""
    container = named_container(spec)
    path = setting(view, view.namespace, container, VARIABLE).value
    if not path:
        return "not in a file"
    mount = _mount(container, path)
    volume = next((each for each in spec.get("volumes") or [] if mount and each["name"] == mount["name"]), None)
    if volume is None:
        return "in the container itself"
    if "persistentVolumeClaim" not in volume:
        return f"on a volume of the kind {', '.join(sorted(volume.keys() - {'name'}))}"
    name = str(volume["persistentVolumeClaim"]["claimName"])
    claim = view.reader.get(ObjectRef("v1", "PersistentVolumeClaim", name, view.namespace))
    if claim is None:
        return f"on the claim {name}, which is not there"
    phase = (claim.get("status") or {}).get("phase")
    return "" if phase == "Bound" else f"on the claim {name}, which is {phase}"


def _mount(container: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    """The mount that a file lies in: the innermost one above it."""
    above = {str(PurePosixPath(path)), *map(str, PurePosixPath(path).parents)}
    mounts = [m for m in container.get("volumeMounts") or [] if str(PurePosixPath(m["mountPath"])) in above]
    return max(mounts, key=lambda mount: len(PurePosixPath(mount["mountPath"]).parts), default=None)
