"""What policies alone do not say: S3's access control lists and public access blocks, and KMS's grants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grading.aws_answers import result_of
from grading.findings import UndecidableError, Words
from labs.core.aws import AwsCall, AwsReader
from labs.core.errors import UnreachableError
from labs.core.iam.decision import Decision, Effect, Stage
from labs.core.iam.explain import explain
from labs.core.iam.request import Kind

_GROUPS = "http://acs.amazonaws.com/groups/global/"
EVERYBODY, SIGNED_IN = f"{_GROUPS}AllUsers", f"{_GROUPS}AuthenticatedUsers"
BUCKET_LIST: Mapping[str, str] = {
    "s3:listbucket": "READ", "s3:listbucketversions": "READ", "s3:listbucketmultipartuploads": "READ",
    "s3:putobject": "WRITE", "s3:deleteobject": "WRITE", "s3:getbucketacl": "READ_ACP", "s3:putbucketacl": "WRITE_ACP",
}  # fmt: skip
"""What a grant in a bucket's access control list allows: action → grant. The next one: in an object's.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions
"""
OBJECT_LIST: Mapping[str, str] = {
    "s3:getobject": "READ", "s3:getobjectversion": "READ", "s3:getobjectacl": "READ_ACP",
    "s3:putobjectacl": "WRITE_ACP",
}  # fmt: skip
_NO_BUCKET = ("NoSuchBucket", "NoSuchKey", "NoSuchBucketPolicy")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether AWS allows it, in the end, and why."""

    allowed: bool
    words: Words


def settled(aws: AwsReader, decision: Decision) -> Verdict:
    """The verdict for a decision that is not inconclusive, on a resource of the lab's.

    Raises UndecidableError where something that is not modelled may decide otherwise.
    """
    request = decision.request
    said = explain(decision)
    verdict = Verdict(decision.is_allowed, Words(said.en, said.es))
    is_outsider = request.principal.kind is Kind.ANONYMOUS or request.principal.account != request.owner
    if ":s3:::" in request.resource and is_outsider and request.principal.kind is not Kind.SERVICE:
        return _of_bucket(_Bucket.of(aws, decision), verdict)
    if request.is_for_key and decision.effect is Effect.IMPLICIT_DENY:
        _refuse_grants(aws, decision)
    return verdict


@dataclass(frozen=True, slots=True)
class _Bucket:
    """A bucket that somebody from outside its account asks for."""

    aws: AwsReader
    decision: Decision
    name: str
    key: str

    @classmethod
    def of(cls, aws: AwsReader, decision: Decision) -> "_Bucket":
        name, _, key = decision.request.resource.rpartition(":::")[2].partition("/")
        return cls(aws, decision, name, key)

    def ask(self, operation: str, *absent: str, **parameters: str) -> Mapping[str, Any]:
        call = AwsCall("s3", operation, {"Bucket": self.name, **parameters}, account=self.decision.request.owner)
        return result_of(self.aws, call, absent=(*_NO_BUCKET, *absent)) or {}

    def is_blocked(self, switch: str) -> bool:
        """Whether a switch of Block Public Access is on, for the bucket or its account."""
        field, none = "PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration"
        own = self.ask("GetPublicAccessBlock", none).get(field) or {}
        if own.get(switch) is True:
            return True
        account = self.decision.request.owner
        call = AwsCall("s3control", "GetPublicAccessBlock", {"AccountId": account}, account=account)
        try:
            of_account = result_of(self.aws, call, absent=(none,)) or {}
        except UnreachableError:  # an emulated account has no such API, so that nobody can have switched it on
            return False
        return (of_account.get(field) or {}).get(switch) is True


def _of_bucket(bucket: _Bucket, verdict: Verdict) -> Verdict:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html ."""
    if verdict.allowed:
        is_public = bucket.ask("GetBucketPolicyStatus").get("PolicyStatus", {}).get("IsPublic") is True
        if is_public and bucket.is_blocked("RestrictPublicBuckets"):
            return Verdict(allowed=False, words=Words(
                f"{bucket.name} has a public policy, and Block Public Access keeps others than its account out of it.",
                f"{bucket.name} tiene una política pública, y el bloqueo de acceso público excluye a otras cuentas.",
            ))  # fmt: skip
        return verdict
    lacks = bucket.decision.effect is Effect.IMPLICIT_DENY and bucket.decision.reasons[0].stage is Stage.RESOURCE
    return (_by_list(bucket) if lacks else None) or verdict


def _by_list(bucket: _Bucket) -> Verdict | None:
    """What an access control list allows where no policy does."""
    request = bucket.decision.request
    action = request.action.lower()
    on_object = OBJECT_LIST.get(action) if bucket.key else None
    wanted = on_object or BUCKET_LIST.get(action)
    if wanted is None:
        return None
    controls = bucket.ask("GetBucketOwnershipControls", "OwnershipControlsNotFoundError").get("OwnershipControls", {})
    if any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in controls.get("Rules") or []):
        return None
    listed = bucket.ask("GetObjectAcl", Key=bucket.key) if on_object else bucket.ask("GetBucketAcl")
    granted = [
        grant["Grantee"] for grant in listed.get("Grants") or [] if grant["Permission"] in (wanted, "FULL_CONTROL")
    ]
    if not _lets_in(granted, request.principal.kind, owner=(listed.get("Owner") or {}).get("ID", "")):
        return None
    if bucket.is_blocked("IgnorePublicAcls"):
        return None
    name = f"{bucket.name}/{bucket.key}" if on_object else bucket.name
    return Verdict(allowed=True, words=Words(
        f"The access control list of {name} grants {wanted} to everybody.",
        f"La lista de control de acceso de {name} concede {wanted} a cualquiera.",
    ))  # fmt: skip


def _lets_in(grantees: Iterable[Mapping[str, str]], kind: Kind, *, owner: str) -> bool:
    for grantee in grantees:
        uri = grantee.get("URI", "")
        if uri == EVERYBODY or (uri == SIGNED_IN and kind is not Kind.ANONYMOUS):
            return True
        if not uri and grantee.get("ID") != owner and kind is not Kind.ANONYMOUS:
            raise UndecidableError("An access control list grants to another account by its canonical id.")
    return False


def _refuse_grants(aws: AwsReader, decision: Decision) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/grants.html ."""
    request = decision.request
    region = request.resource.split(":")[3]
    call = AwsCall("kms", "ListGrants", {"KeyId": request.resource}, region=region, account=request.owner)
    found = result_of(aws, call, absent=("NotFoundException",)) or {}
    names = {request.principal.arn, request.principal.role_arn}
    operation = request.action.partition(":")[2].lower()
    for grant in found.get("Grants") or []:
        if grant.get("GranteePrincipal") in names and operation in {each.lower() for each in grant["Operations"]}:
            raise UndecidableError(
                f"A grant of {request.resource} may allow {request.action}: grants are not modelled."
            )
