"""Identity providers that a role's trust rests on: whether they are there, and accept for whom the token is."""

from collections.abc import Mapping
from typing import Any

from grading.aws_answers import result_of
from grading.findings import Words
from grading.iam_account import NO_ENTITY
from grading.iam_sides import Lab
from labs.core.aws import AwsCall
from labs.core.iam.request import Given

_READING = {
    ":oidc-provider/": ("GetOpenIDConnectProvider", "OpenIDConnectProviderArn"),
    ":saml-provider/": ("GetSAMLProvider", "SAMLProviderArn"),
}


def refusal_of_provider(lab: Lab, provider: str, context: Mapping[str, Given]) -> Words | None:
    """Why nobody (or not the token that `context` describes) can come by that provider, an ARN; None when they can.

    AWS takes a token only for one of the provider's audiences, before it looks at the role's trust policy:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
    """
    reading = next((reading for part, reading in _READING.items() if part in provider), None)
    account = provider.split(":")[4] if reading else ""
    if reading is None or not lab.has(account):
        return None
    operation, parameter = reading
    found = result_of(lab.aws, AwsCall("iam", operation, {parameter: provider}, account=account), absent=NO_ENTITY)
    if found is None:
        return Words(f"There is no identity provider {provider}.", f"No existe el proveedor de identidad {provider}.")
    audience = _audience(provider, context)
    accepted = found.get("ClientIDList") or []
    if audience is None or ":saml-provider/" in provider or audience in accepted:
        return None
    return Words(
        f"The provider {provider} takes tokens for {', '.join(accepted) or 'nobody'}, not for {audience}.",
        f"El proveedor {provider} acepta tokens para {', '.join(accepted) or 'nadie'}, no para {audience}.",
    )


def _audience(provider: str, context: Mapping[str, Given]) -> Any:
    key = f"{provider.partition(':oidc-provider/')[2]}:aud".lower()
    return next((value for name, value in context.items() if name.lower() == key), None)
