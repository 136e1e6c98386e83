"""The policies in moto's backends that apply to a request."""

import json
from collections.abc import Iterator
from typing import Any

from labs.core.iam.decision import Level, Policies
from labs.core.iam.document import Policy, parse
from labs.core.iam.request import Request

PARTITION = "aws"


def applying(request: Request, access_key: Any) -> Policies:
    """All that moto keeps of the principal, its organization and the resource. Raises PolicyError for a bad one."""
    holder = _holder(access_key)
    boundary = getattr(holder, "permissions_boundary_arn", None)
    scps, management = _service_control(request.principal.account)
    return Policies(
        identity=tuple(_policy(each, "identity") for each in access_key.collect_policies()),
        resource=_of_resource(request),
        boundary=_managed(request.principal.account, boundary) if boundary else None,
        session=_session(access_key),
        scps=scps,
        management_account=management,
    )


def _holder(access_key: Any) -> Any:
    """The user or role."""
    backend = access_key.backend
    if hasattr(access_key, "_owner_user_name"):
        return backend.get_user(access_key._owner_user_name)  # noqa: SLF001 - moto has no public name for it
    return next((role for role in backend.roles.values() if role.name == access_key._owner_role_name), None)  # noqa: SLF001


def _policy(kept: Any, name: str) -> Policy:
    """Moto keeps policies as texts, as data (of CloudFormation), in dictionaries of theirs, and as objects."""
    if hasattr(kept, "versions"):
        document = next(version.document for version in kept.versions if version.is_default)
        return parse(_data(document), name=str(kept.name))
    if isinstance(kept, tuple):
        return parse(_data(kept[1]), name=str(kept[0]))
    if isinstance(kept, dict) and "policy_document" in kept:
        return parse(_data(kept["policy_document"]), name=str(kept.get("policy_name", name)))
    return parse(_data(kept), name=name)


def _data(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document


def _managed(account: str, arn: str) -> Policy:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - moto's services come after the account is set

    return _policy(iam_backends[account][PARTITION].get_policy(arn), "boundary")


def _session(access_key: Any) -> tuple[Policy, ...] | None:
    from moto.sts.models import sts_backends  # noqa: PLC0415

    if hasattr(access_key, "_owner_user_name"):
        return None
    roles = sts_backends[access_key.account_id][PARTITION].assumed_roles
    passed = next((each.policy for each in roles if each.access_key_id == access_key._access_key_id), None)  # noqa: SLF001
    return (_policy(passed, "session"),) if passed else None


def _service_control(account: str) -> tuple[tuple[Level, ...], str]:
    """The levels from the root down to the account, and the management account; nothing without an organization."""
    from moto.organizations.models import organizations_backends  # noqa: PLC0415

    for owner, regions in list(organizations_backends.items()):
        backend = regions[PARTITION]
        member = next((each for each in backend.accounts if each.id == account), None)
        if getattr(backend, "org", None) is None or member is None:
            continue
        return tuple(reversed(list(_levels(backend, member)))), str(owner)
    return (), ""


def _levels(backend: Any, member: Any) -> Iterator[Level]:
    target = member
    units = {unit.id: unit for unit in backend.ou}
    while target is not None:
        attached = (each for each in target.attached_policies if each.type == "SERVICE_CONTROL_POLICY")
        policies = tuple(parse(_data(each.content), name=str(each.name)) for each in attached)
        yield Level(str(target.name), policies)
        target = units.get(getattr(target, "parent_id", None) or "")


def _of_resource(request: Request) -> Policy | None:
    if request.is_trust:
        return trust_of(request.resource)
    reading = _RESOURCE_POLICIES.get(request.service)
    document = reading(request) if reading else None
    return parse(_data(document), name=f"policy of {request.resource}") if document else None


def trust_of(arn: str) -> Policy | None:
    """Who may take the role's place; None where there is no such role."""
    from moto.iam.models import iam_backends  # noqa: PLC0415

    roles = iam_backends[arn.split(":")[4]][PARTITION].roles.values()
    role = next((each for each in roles if each.arn == arn), None)
    return parse(_data(role.assume_role_policy_document), name=f"trust of {role.name}") if role else None


def _bucket_policy(request: Request) -> Any:
    from moto.s3.models import s3_backends  # noqa: PLC0415

    bucket = request.resource.rpartition(":::")[2].partition("/")[0]
    for regions in list(s3_backends.values()):
        if bucket in regions[PARTITION].buckets:
            policy = regions[PARTITION].buckets[bucket].policy
            return policy.decode() if isinstance(policy, bytes) else policy
    return None


def _key_policy(request: Request) -> Any:
    from moto.kms.models import kms_backends  # noqa: PLC0415

    parts = request.resource.split(":")
    key = kms_backends[parts[4]][parts[3]].keys.get(parts[5].removeprefix("key/")) if len(parts) > 5 else None  # noqa: PLR2004
    return key.policy if key else None


def _secret_policy(request: Request) -> Any:
    from moto.secretsmanager.models import secretsmanager_backends  # noqa: PLC0415

    parts = request.resource.split(":")
    account, region = (parts[4], parts[3]) if len(parts) > 5 else (request.principal.account, "")  # noqa: PLR2004
    for name, backend in list(secretsmanager_backends[account].items()):
        if region in {"", name} and request.resource in backend.secrets:
            return getattr(backend.secrets[request.resource], "policy", None)
    return None


_RESOURCE_POLICIES = {"s3": _bucket_policy, "kms": _key_policy, "secretsmanager": _secret_policy}
