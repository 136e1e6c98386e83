"""What the namespace lets in, asked of the API server itself."""

from collections.abc import Mapping
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed

GOOD = ("lab.local/busybox:1", {"team": "care"})
BAD: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "a pod without a team": ("lab.local/busybox:1", {}, "the label team is missing"),
    "a pod with an image from elsewhere": ("images.example/tool:1", {"team": "care"}, "comes from elsewhere"),
}


@check("rules-are-heard")
def rules_are_heard(view: ScenarioView) -> Finding:
    """Admission answers, and says which rule is broken."""
    good = view.reader.would_create(_pod(view, *GOOD))
    if not good.is_let_in:
        return _failed("a pod that keeps the rules", "let in", good.message)
    for what, (image, labels, words) in BAD.items():
        answer = view.reader.would_create(_pod(view, image, labels))
        if answer.is_let_in or words not in answer.message:
            return _failed(what, f"refused: {words}", "let in" if answer.is_let_in else answer.message)
    return passed(en="Admission judges by the rules.", es="La admisión juzga según las reglas.")


@check("bad-pods-refused")
def bad_pods_refused(view: ScenarioView) -> Finding:
    """Whatever breaks the rules stays out, for whatever reason."""
    for what, (image, labels, _) in BAD.items():
        if view.reader.would_create(_pod(view, image, labels)).is_let_in:
            return _failed(what, "refused", "let in")
    return passed(en="Pods that break the rules stay out.", es="Los pods que rompen las reglas quedan fuera.")


def _failed(what: str, expected: str, actual: str) -> Finding:
    return failed(
        en=f"Admission does not judge {what} as it should.",
        es="La admisión no juzga los pods como debería.",
        expected=expected,
        actual=actual[:300],
    )


def _pod(view: ScenarioView, image: str, labels: Mapping[str, str]) -> Mapping[str, Any]:
    metadata = {"name": "asked", "namespace": str(view.parameters["ns"]), "labels": dict(labels)}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [{"name": "c", "image": image}]},
    }
