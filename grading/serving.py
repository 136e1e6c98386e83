"""Findings of api checks: does the cluster's API server serve."""

from grading.findings import Finding, failed, passed
from grading.helpers import ScenarioView
from grading.spec_parts import ApiCheck

OK = 200


def api_finding(check: ApiCheck, view: ScenarioView) -> Finding:
    """Whether the API server answers the path with 200. What the sandbox calls silence says nothing (it raises)."""
    answer = view.sandbox.ask_api(check.path)
    expected = f"{check.path}: {OK}"
    if answer.status == OK:
        return passed(en="The API server answers.", es="El servidor de la API responde.", expected=expected)
    return failed(
        en="The API server does not answer as it should.",
        es="El servidor de la API no responde como debería.",
        expected=expected,
        actual=f"{answer.status or 'no answer'}: {answer.detail}",
    )
