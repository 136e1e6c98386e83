"""What the portal's web ACL does with sample requests: an emulated account has its settings, not its traffic."""

from collections.abc import Mapping

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.waf import outcome
from grading.waf_statements import WebRequest
from labs.core.aws import AwsCall

_BROWSER = {"user-agent": "Mozilla/5.0", "host": "portal.example.com"}
_PLAIN = "a line of an ordinary document. "
_INJECTION = "name=x' OR '1'='1&send=yes"


@check("uploads-pass")
def uploads_pass(view: ScenarioView) -> Finding:
    """Uploads of several sizes, from just above what WAF looks at, to that of the brief."""
    sizes = (9, 20, int(view.parameters["kilobytes"]))
    return _all(view, "Allow", {f"upload of {size} KB": _upload(view, "", size) for size in sizes})


@check("visitors-pass")
def visitors_pass(view: ScenarioView) -> Finding:
    """Pages, searches, forms and small uploads."""
    return _all(
        view,
        "Allow",
        {
            "page": WebRequest("GET", "/", headers=_BROWSER),
            "search": WebRequest("GET", "/search", "q=annual+report%202026", headers=_BROWSER),
            "form": WebRequest("POST", "/profile", body="name=Mary+Jones&city=Cork", headers=_BROWSER),
            "small upload": _upload(view, "", 2),
        },
    )


@check("injections-are-refused")
def injections_are_refused(view: ScenarioView) -> Finding:
    """In an address, in a form, and where an upload begins."""
    return _all(
        view,
        "Block",
        {
            "injection in the address": WebRequest("GET", "/search", "q=1'/**/OR/**/'1'='1", headers=_BROWSER),
            "injection in a form": WebRequest("POST", "/login", body=_INJECTION, headers=_BROWSER),
            "injection in a small upload": _upload(view, _INJECTION, 2),
            "injection in a large upload": _upload(view, _INJECTION, 20),
        },
    )


@check("other-attacks-are-refused")
def other_attacks_are_refused(view: ScenarioView) -> Finding:
    """What the managed group is for beside large bodies."""
    return _all(
        view,
        "Block",
        {
            "script": WebRequest("GET", "/search", "q=<script>alert(1)</script>", headers=_BROWSER),
            "foreign file": WebRequest("GET", "/page", "file=../../../etc/passwd", headers=_BROWSER),
        },
    )


@check("large-bodies-elsewhere-are-refused")
def large_bodies_elsewhere_are_refused(view: ScenarioView) -> Finding:
    """Bodies above 8 KB, sent to other paths."""
    body = _PLAIN * 640
    paths = ("/login", "/search", f"/api/{view.parameters['path']}")
    return _all(view, "Block", {f"20 KB to {path}": WebRequest("POST", path, "", body, _BROWSER) for path in paths})


def _upload(view: ScenarioView, beginning: str, kilobytes: int) -> WebRequest:
    text = beginning + _PLAIN * (kilobytes * 1024 // len(_PLAIN) + 1)
    return WebRequest("POST", f"/{view.parameters['path']}/2026", "", text[: kilobytes * 1024], _BROWSER)


def _all(view: ScenarioView, wanted: str, requests: Mapping[str, WebRequest]) -> Finding:
    """Whether all requests meet the wanted action. Raises UndecidableError for rules that are not modelled."""
    balancer = {"ResourceArn": view.parameters["PortalBalancerArn"]}
    acl = view.aws.ask(AwsCall("wafv2", "GetWebACLForResource", balancer)).result.get("WebACL")
    outcomes = {name: outcome(acl, request).action if acl else "Allow" for name, request in requests.items()}
    wrong = [f"{name}: {action}" for name, action in outcomes.items() if action != wanted]
    if wrong:
        return failed(
            en="The firewall treats requests otherwise than it should.",
            es="El cortafuegos no trata las peticiones como debería.",
            expected=f"{wanted}: {', '.join(requests)}",
            actual="; ".join(wrong),
        )
    return passed(en=f"{wanted}: {', '.join(requests)}.", es=f"{wanted}: {', '.join(requests)}.")
