"""What the namespace lets in, asked of the API server itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed


@dataclass(frozen=True)
class Asked:
    """A pod that is asked about. Empty: not given."""

    what: str
    centre: str = "cc-4711"
    memory: str = "64Mi"
    image: str = "lab.local/busybox:1"


PLAIN = Asked("a pod that keeps every rule")
GOOD = (
    PLAIN,
    replace(PLAIN, what="a pod of the cost centre cc-0001", centre="cc-0001"),
    replace(PLAIN, what="a pod that takes less memory", memory="8M"),
    replace(PLAIN, what="another of our images", image="lab.local/tools/report:2.7"),
)
BAD = (
    replace(PLAIN, what="a pod without a cost centre", centre=""),
    replace(PLAIN, what="a pod with a cost centre of five digits", centre="cc-12345"),
    replace(PLAIN, what="a pod with a cost centre of letters", centre="cc-abcd"),
    replace(PLAIN, what="a pod without a memory limit", memory=""),
    replace(PLAIN, what="a pod with 65 MiB of memory", memory="65Mi"),
    replace(PLAIN, what="a pod with 1 GiB of memory", memory="1Gi"),
    replace(PLAIN, what="a pod with an image from elsewhere", image="images.example/lab.local/tool:1"),
)


@check("good-pods-let-in")
def good_pods_let_in(view: ScenarioView) -> Finding:
    """Nothing that keeps the rules is refused."""
    for asked in GOOD:
        answer = view.reader.would_create(_pod(view, asked))
        if not answer.is_let_in:
            return failed(
                en=f"{asked.what[0].upper()}{asked.what[1:]} is refused.",
                es="Se rechaza un pod que cumple las reglas acordadas.",
                expected="let in",
                actual=answer.message[:300],
            )
    return passed(en="Pods that keep the rules are let in.", es="Los pods que cumplen las reglas entran.")


@check("bad-pods-refused")
def bad_pods_refused(view: ScenarioView) -> Finding:
    """Nothing that breaks a rule is let in."""
    for asked in BAD:
        if view.reader.would_create(_pod(view, asked)).is_let_in:
            return failed(
                en=f"{asked.what[0].upper()}{asked.what[1:]} is let in.",
                es="Entra un pod que rompe las reglas acordadas.",
                expected="refused",
                actual="let in",
            )
    return passed(en="Pods that break the rules stay out.", es="Los pods que rompen las reglas quedan fuera.")


def _pod(view: ScenarioView, asked: Asked) -> Mapping[str, Any]:
    limits = {"resources": {"limits": {"memory": asked.memory}}} if asked.memory else {}
    labels = {"cost-centre": asked.centre} if asked.centre else {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "asked", "namespace": str(view.parameters["ns"]), "labels": labels},
        "spec": {"containers": [{"name": "c", "image": asked.image, **limits}]},
    }
