"""What the accounts of the namespace may do, and what they must still be refused."""

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import account_may, gone, living_pods, pod_spec_of
from labs.core.probes import ObjectRef

NEEDED = (("list", "pods", ""), ("get", "pods/log", ""))
"""What the report asks for: verb, resource, API group."""
FORBIDDEN = (
    ("get", "secrets", ""),
    ("list", "secrets", ""),
    ("get", "configmaps", ""),
    ("delete", "pods", ""),
    ("patch", "pods", ""),
    ("create", "pods", ""),
    ("create", "pods/exec", ""),
    ("get", "pods/exec", ""),
    ("create", "pods/portforward", ""),
    ("get", "serviceaccounts", ""),
    ("create", "serviceaccounts/token", ""),
    ("get", "deployments", "apps"),
    ("patch", "deployments", "apps"),
    ("get", "roles", "rbac.authorization.k8s.io"),
    ("create", "rolebindings", "rbac.authorization.k8s.io"),
)
ELSEWHERE = "kube-system"


@check("account-may")
def account_may_what_it_needs(view: ScenarioView) -> Finding:
    """The account that the Deployment gives its pods may list pods and read their logs."""
    ref = ObjectRef("apps/v1", "Deployment", str(view.parameters["app"]), view.namespace)
    deployment = view.reader.get(ref)
    if deployment is None:
        return gone(ref)
    account = str(pod_spec_of(deployment).get("serviceAccountName") or "default")
    refused = _told(view, account, NEEDED, wanted=False)
    if refused:
        return failed(
            en=f"The account {account} is refused what the report needs.",
            es=f"A la cuenta {account} se le niega lo que el informe necesita.",
            expected="allowed",
            actual=f"refused: {refused}",
        )
    return passed(
        en=f"The account {account} may do what the report needs.",
        es=f"La cuenta {account} puede hacer lo que el informe necesita.",
    )


@check("account-may-no-more")
def account_may_no_more(view: ScenarioView) -> Finding:
    """No account that a copy has, or will have, may do more, nor the same in another namespace."""
    for account in sorted(_accounts(view)):
        allowed = _told(view, account, FORBIDDEN, wanted=True)
        elsewhere = _told(view, account, NEEDED, wanted=True, namespace=ELSEWHERE)
        if allowed or elsewhere:
            return failed(
                en=f"The account {account} may do more than the report needs.",
                es=f"La cuenta {account} puede hacer más de lo que el informe necesita.",
                expected="refused",
                actual=f"allowed: {allowed or f'{elsewhere} in {ELSEWHERE}'}",
            )
    return passed(en="It is refused everything else.", es="Todo lo demás se le niega.")


@check("others-refused")
def others_refused(view: ScenarioView) -> Finding:
    """The default account, the crew's and accounts of other namespaces may neither list pods nor read logs."""
    crew = str(view.parameters["crew"])
    others = [(view.namespace, "default"), (view.namespace, crew), ("default", "default"), (ELSEWHERE, "default")]
    for namespace, account in others:
        for verb, resource, group in (*NEEDED, *FORBIDDEN):
            if account_may(view, (namespace, account), verb, resource, namespace=view.namespace, api_group=group):
                return failed(
                    en=f"The account {account} of {namespace} may do what it has no business with.",
                    es=f"La cuenta {account} de {namespace} puede hacer lo que no le corresponde.",
                    expected="refused",
                    actual=f"allowed: {verb} {resource}",
                )
    return passed(en="Other accounts are refused.", es="Las otras cuentas son rechazadas.")


def _accounts(view: ScenarioView) -> set[str]:
    """The accounts of the living copies and of the next one; without the Deployment, those of the copies."""
    app = str(view.parameters["app"])
    deployment = view.reader.get(ObjectRef("apps/v1", "Deployment", app, view.namespace))
    specs = [pod["spec"] for pod in living_pods(view, view.namespace, {"app": app})]
    specs += [pod_spec_of(deployment)] if deployment else []
    return {str(spec.get("serviceAccountName") or "default") for spec in specs}


def _told(
    view: ScenarioView, account: str, questions: tuple[tuple[str, str, str], ...], *, wanted: bool, namespace: str = ""
) -> str:
    """Those of the questions that the authorizer answers with `wanted`, in words."""
    place = namespace or view.namespace
    own = (view.namespace, account)
    return ", ".join(
        f"{verb} {resource}"
        for verb, resource, group in questions
        if account_may(view, own, verb, resource, namespace=place, api_group=group) is wanted
    )
