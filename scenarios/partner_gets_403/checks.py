"""Who is served by the API, judged from its configuration: policy, authorization of the method, key and usage plan.

An emulated API serves nobody. Not seen: whether what was changed was deployed to the stage afterwards. The rules:
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-setup-api-key-with-restapi.html
"""

import json
from collections.abc import Mapping
from typing import Any

from grading.findings import UndecidableError
from grading.helpers import Finding, ScenarioView, check, failed, passed
from labs.core.aws import AwsCall
from labs.core.iam.decision import Effect, Policies
from labs.core.iam.document import parse
from labs.core.iam.evaluate import decide
from labs.core.iam.request import Kind, Principal, Request

STRANGER = "999999999999"
_MAY_CALL = parse({"Version": "2012-10-17",
                   "Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}]})  # fmt: skip
"""What a caller's own account says."""


@check("partner-reads-orders")
def partner_reads_orders(view: ScenarioView) -> Finding:
    """`GET /orders` of the stage, as the partner calls it."""
    return _served(view, "GET")


@check("partner-places-orders")
def partner_places_orders(view: ScenarioView) -> Finding:
    """`POST /orders` of the stage, as the partner calls it."""
    return _served(view, "POST")


@check("a-key-is-needed")
def a_key_is_needed(view: ScenarioView) -> Finding:
    """Both methods ask for a key."""
    without = [name for name in ("GET", "POST") if not _method(view, name, "orders").get("apiKeyRequired")]
    if without:
        return failed(
            en="A request without a key is served.",
            es="Se atiende una petición sin clave.",
            expected="GET and POST ask for a key",
            actual=f"not asked for one: {', '.join(without)}",
        )
    return passed(en="Requests without a key are refused.", es="Las peticiones sin clave se rechazan.")


@check("strangers-are-refused")
def strangers_are_refused(view: ScenarioView) -> Finding:
    """Nobody but the partner's role gets past policy and authorization, whatever key they have."""
    partner = str(view.parameters["partner"])
    strangers = {
        "anybody": Principal("", "", Kind.ANONYMOUS),
        "another account": Principal(f"arn:aws:iam::{STRANGER}:role/buyer", STRANGER, Kind.ROLE),
        "another role of the partner": Principal(f"arn:aws:iam::{partner}:role/intern", partner, Kind.ROLE),
    }
    let_in = [
        f"{who}: {name}"
        for who, caller in strangers.items()
        for name in ("GET", "POST")
        if not _refusal(view, name, "orders", caller)
    ]
    if let_in:
        return failed(
            en="Others than the partner's role get at the orders.",
            es="Otros que el rol del socio llegan a los pedidos.",
            expected="only the partner's role",
            actual="; ".join(let_in),
        )
    return passed(en="Others are refused.", es="Los demás son rechazados.")


@check("reports-are-for-staff")
def reports_are_for_staff(view: ScenarioView) -> Finding:
    """The reports ask for a token of the staff's user pool, and let in those who have one."""
    method = _method(view, "GET", "reports")
    is_staffs = method.get("authorizationType") == "COGNITO_USER_POOLS" and (
        method.get("authorizerId") == view.parameters["Staff"]
    )
    if not is_staffs or not _is_allowed(view, "GET", "reports", Principal("", "", Kind.ANONYMOUS)):
        return failed(
            en="The reports are no longer for those with a staff member's token.",
            es="Los informes ya no son para quien tiene el token de un empleado.",
            expected="COGNITO_USER_POOLS, and a policy that lets them in",
            actual=str(method.get("authorizationType", "no such method")),
        )
    return passed(en="The reports are for our own people.", es="Los informes son para nuestra gente.")


def _served(view: ScenarioView, name: str) -> Finding:
    partner = str(view.parameters["partner"])
    buyer = Principal(f"arn:aws:iam::{partner}:role/buyer", partner, Kind.ROLE)
    refusal = _refusal(view, name, "orders", buyer) or _key_refusal(view, name)
    if refusal:
        return failed(
            en="The partner is answered with 403.",
            es="El socio recibe un 403.",
            expected=f"{name} /orders is served",
            actual=refusal,
        )
    return passed(en=f"{name} /orders is served.", es=f"{name} /orders se atiende.")


def _refusal(view: ScenarioView, name: str, part: str, caller: Principal) -> str:
    """What stands in the way of a caller that signs requests and has no token; empty: nothing but the key."""
    method = _method(view, name, part)
    kind = method.get("authorizationType", "")
    if kind not in ("AWS_IAM", "NONE"):
        return f"the method's authorization ({kind})" if method else "there is no such method"
    if kind == "AWS_IAM" and caller.kind is Kind.ANONYMOUS:
        return "the method's authorization (AWS_IAM)"
    who = caller if kind == "AWS_IAM" else Principal("", "", Kind.ANONYMOUS)
    return "" if _is_allowed(view, name, part, who) else "the API's policy"


def _is_allowed(view: ScenarioView, name: str, part: str, caller: Principal) -> bool:
    """By the API's policy and, for somebody of another account, by that account."""
    api, account = view.parameters["Api"], view.aws.account
    place = f"arn:aws:execute-api:{view.aws.region}:{account}:{api}"
    text = str(_asked(view, "GetRestApi").get("policy") or "")
    identity = () if caller.kind is Kind.ANONYMOUS else (_MAY_CALL,)
    if not text:  # without a policy, callers of other accounts have no way in; methods without authorization are open
        return caller.kind is Kind.ANONYMOUS
    policy = parse(json.loads(text.replace('\\"', '"').replace('"execute-api:/', f'"{place}/')), name="api")
    request = Request(caller, "execute-api:Invoke", f"{place}/{view.parameters['stage']}/{name}/{part}", account)
    decision = decide(request, Policies(identity=identity, resource=policy))
    if decision.effect is Effect.INCONCLUSIVE:
        raise UndecidableError("; ".join(reason.words.en for reason in decision.reasons))
    return decision.is_allowed


def _key_refusal(view: ScenarioView, name: str) -> str:
    """Why the partner's key does not open the stage; empty: it does, or none is asked for."""
    if not _method(view, name, "orders").get("apiKeyRequired"):
        return ""
    key = str(view.parameters["PartnerKey"])
    if not view.aws.ask(AwsCall("apigateway", "GetApiKey", {"apiKey": key})).result.get("enabled"):
        return "the key"
    plans = view.aws.ask(AwsCall("apigateway", "GetUsagePlans", {"keyId": key})).result.get("items", [])
    wanted = (view.parameters["Api"], view.parameters["stage"])
    stages = {(each["apiId"], each["stage"]) for plan in plans for each in plan.get("apiStages", [])}
    return "" if wanted in stages else "the key"


def _method(view: ScenarioView, name: str, part: str) -> Mapping[str, Any]:
    """The method as it is; empty when there is none."""
    resources = _asked(view, "GetResources").get("items", [])
    found = next((each["id"] for each in resources if each.get("path") == f"/{part}"), None)
    return _asked(view, "GetMethod", resourceId=found, httpMethod=name) if found else {}


def _asked(view: ScenarioView, operation: str, **parameters: str) -> Mapping[str, Any]:
    given = {"restApiId": str(view.parameters["Api"]), **parameters}
    return view.aws.ask(AwsCall("apigateway", operation, given)).result
